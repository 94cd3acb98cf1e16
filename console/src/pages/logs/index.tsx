/** The calls of all services. */
import { useTranslation } from 'react-i18next';
import { PageHead } from '@/parts/page_head';
import { LogPanel } from './panel';

export default function Logs() {
  const { t } = useTranslation('logs');
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} />
      <LogPanel />
    </>
  );
}

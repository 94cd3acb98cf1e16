/** What is shown where something could not be loaded, and where a change was refused. */
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useProblemWords } from '@/api/problem';

/** In the place of what could not be loaded. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const words = useProblemWords();
  return (
    <Alert
      type="error"
      showIcon
      title={t('error.title')}
      description={words(error)}
      action={retry && <Button onClick={retry}>{t('action.retry')}</Button>}
    />
  );
}

/** Above the fields of a form whose change was refused. */
export function Refused({ error }: { error: unknown }) {
  const words = useProblemWords();
  if (!error) return null;
  return <Alert type="error" showIcon title={words(error)} role="alert" style={{ marginBottom: 20 }} />;
}

/** When there is no such page, and when a page broke. */
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, isRouteErrorResponse, useRouteError } from 'react-router';
import { Empty } from '@/parts/empty';
import { PageHead } from '@/parts/page_head';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('error.notFound')} />
      <div className="card">
        <Empty
          title={t('error.notFound')}
          action={
            <Link to="/overview">
              <Button type="primary">{t('error.home')}</Button>
            </Link>
          }
        >
          {t('error.notFoundHint')}
        </Empty>
      </div>
    </>
  );
}

/** A page that broke takes nothing else with it. */
export function Broken() {
  const { t } = useTranslation();
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  return (
    <main className="page">
      <PageHead title={t('error.page')} lead={t('error.pageHint')} />
      <pre className="card is-padded">{error instanceof Error ? error.message : String(error)}</pre>
      <p>
        <Button onClick={() => location.reload()}>{t('action.retry')}</Button>
      </p>
    </main>
  );
}

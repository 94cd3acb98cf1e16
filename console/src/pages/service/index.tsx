/** One service: its head and the tabs below. A tab of another noun adds its line to `TABS` and its route. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useNavigate, useOutletContext, useParams } from 'react-router';
import { type Service, useService } from '@/api/services';
import { Failure } from '@/parts/failure';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { Tabs } from '@/parts/tabs';
import { Waiting } from '@/parts/waiting';
import { DeleteService } from '@/pages/services/delete_service';
import { PublishDialog } from '@/pages/services/publish_dialog';
import { ServiceDialog } from '@/pages/services/service_dialog';

const TABS = ['info', 'apis', 'plans', 'strategies', 'domains', 'environments', 'versions', 'monitoring', 'logs'] as const;

export default function ServicePage() {
  const { t } = useTranslation(['services', 'shell']);
  const { service: id } = useParams() as { service: string };
  const loaded = useService(id);
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'edit' | 'publish' | 'delete' | null>(null);
  if (loaded.error) return <Failure error={loaded.error} retry={() => loaded.refetch()} />;
  if (!loaded.data) return <Waiting />;
  const service = loaded.data.value;
  const close = () => setDialog(null);
  return (
    <>
      <PageHead
        title={service.name}
        crumbs={[{ text: t('shell:nav.services'), to: '/services' }]}
        beside={<span className="mono quiet">{service.id}</span>}
        actions={
          <For role="editor">
            <Button onClick={() => setDialog('edit')}>{t('shell:action.edit')}</Button>
            <Button danger onClick={() => setDialog('delete')}>
              {t('shell:action.delete')}
            </Button>
            <Button type="primary" onClick={() => setDialog('publish')}>
              {t('action.publish')}
            </Button>
          </For>
        }
      />
      <Tabs label={t('tab.label')} tabs={TABS.map((tab) => ({ to: `/services/${id}/${tab}`, text: t(`tab.${tab}`) }))} />
      <Outlet context={service} />
      <ServiceDialog isOpen={dialog === 'edit'} service={service} close={close} />
      {dialog === 'publish' && <PublishDialog service={service} close={close} />}
      {dialog === 'delete' && <DeleteService service={service} close={close} done={() => navigate('/services')} />}
    </>
  );
}

/** The service that a tab stands in. */
export function useThisService(): Service {
  return useOutletContext<Service>();
}

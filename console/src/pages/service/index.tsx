/** One service: its head and the tabs below. A tab of another noun adds its line to `TABS` and its route. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useNavigate, useOutletContext, useParams } from 'react-router';
import { type Service, useService } from '@/api/services';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { Tabs } from '@/parts/tabs';
import { Unloaded } from '@/parts/unloaded';
import { DeleteService } from '@/pages/services/delete_service';
import { PublishDialog } from '@/pages/services/publish_dialog';
import { ServiceDialog } from '@/pages/services/service_dialog';

/** What is edited is as it was when the dialog was opened: what somebody else changes meanwhile is refused, not overwritten. */
type Open = { dialog: 'edit'; service: Service } | { dialog: 'publish' | 'delete' };

const TABS = ['info', 'apis', 'plans', 'strategies', 'domains', 'environments', 'versions', 'monitoring', 'logs'] as const;

export default function ServicePage() {
  const { t } = useTranslation(['services', 'shell']);
  const { service: id } = useParams() as { service: string };
  const loaded = useService(id);
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open | null>(null);
  if (!loaded.data) return <Unloaded of={[loaded]} />;
  const service = loaded.data.value;
  const close = () => setOpen(null);
  return (
    <>
      <PageHead
        title={service.name}
        crumbs={[{ text: t('shell:nav.services'), to: '/services' }]}
        beside={<span className="mono quiet">{service.id}</span>}
        actions={
          <For role="editor">
            <Button onClick={() => setOpen({ dialog: 'edit', service })}>{t('shell:action.edit')}</Button>
            <Button danger onClick={() => setOpen({ dialog: 'delete' })}>
              {t('shell:action.delete')}
            </Button>
            <Button type="primary" onClick={() => setOpen({ dialog: 'publish' })}>
              {t('action.publish')}
            </Button>
          </For>
        }
      />
      <Tabs label={t('tab.label')} tabs={TABS.map((tab) => ({ to: `/services/${id}/${tab}`, text: t(`tab.${tab}`) }))} />
      <Outlet context={service} />
      <ServiceDialog isOpen={open?.dialog === 'edit'} service={open?.dialog === 'edit' ? open.service : service} close={close} />
      {open?.dialog === 'publish' && <PublishDialog service={service} close={close} />}
      {open?.dialog === 'delete' && <DeleteService service={service} close={close} done={() => navigate('/services')} />}
    </>
  );
}

/** The service that a tab stands in. */
export function useThisService(): Service {
  return useOutletContext<Service>();
}

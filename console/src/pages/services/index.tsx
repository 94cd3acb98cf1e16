/** All services: where they answer and what they run. */
import { PlusOutlined } from '@ant-design/icons';
import { App, Button, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { type Service, useServices } from '@/api/services';
import { Copyable } from '@/parts/copyable';
import { For } from '@/parts/may';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/table';
import { DeleteService } from './delete_service';
import { EnvironmentMarks } from './environment_marks';
import { PublishDialog } from './publish_dialog';
import { ServiceDialog } from './service_dialog';

type Open = { dialog: 'create' } | { dialog: 'edit' | 'publish' | 'delete'; service: Service };

export default function Services() {
  const { t } = useTranslation(['services', 'shell']);
  const state = useListState();
  const loaded = useServices(state);
  const navigate = useNavigate();
  const { modal } = App.useApp();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const create = (
    <For role="editor">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen({ dialog: 'create' })}>
        {t('shell:action.create')}
      </Button>
    </For>
  );

  const created = (service: Service) =>
    modal.success({
      title: t('created.title'),
      content: t('created.text'),
      okText: t('created.go'),
      okCancel: true,
      cancelText: t('shell:action.cancel'),
      onOk: () => navigate(`/services/${service.id}/apis`),
    });

  const columns: TableColumnsType<Service> = [
    {
      title: t('field.name'),
      key: 'name',
      render: (_, service) => (
        <>
          <Link className="cell-main" to={`/services/${service.id}`}>
            {service.name}
          </Link>
          <div className="cell-sub mono">{service.id}</div>
        </>
      ),
    },
    {
      title: t('field.domain'),
      key: 'domain',
      render: (_, service) => (
        <span className="cell-address">
          <Copyable text={service.default_host} what={t('field.domain')} />
        </span>
      ),
    },
    { title: t('field.protocol'), key: 'protocol', render: (_, service) => t(`protocol.${service.protocol}`) },
    { title: t('field.environments'), key: 'environments', render: (_, service) => <EnvironmentMarks service={service} /> },
    {
      title: t('field.description'),
      key: 'description',
      render: (_, service) => <span className="cell-text">{service.description || '–'}</span>,
    },
    {
      title: t('shell:list.actions'),
      key: 'actions',
      render: (_, service) => (
        <div className="cell-actions">
          <Button type="link" size="small" onClick={() => setOpen({ dialog: 'publish', service })}>
            {t('action.publish')}
          </Button>
          <Button type="link" size="small" onClick={() => setOpen({ dialog: 'edit', service })}>
            {t('shell:action.edit')}
          </Button>
          <Button type="link" size="small" danger onClick={() => setOpen({ dialog: 'delete', service })}>
            {t('shell:action.delete')}
          </Button>
        </div>
      ),
    },
  ];

  return (
    <>
      <ListPage
        title={t('title')}
        lead={t('lead')}
        create={create}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(service) => service.id}
        searchHint={t('search')}
        empty={{ title: t('empty.title'), text: t('empty.text') }}
      />
      <ServiceDialog
        isOpen={open?.dialog === 'create' || open?.dialog === 'edit'}
        service={open?.dialog === 'edit' ? open.service : undefined}
        close={close}
        created={created}
      />
      {open?.dialog === 'publish' && <PublishDialog service={open.service} close={close} />}
      {open?.dialog === 'delete' && <DeleteService service={open.service} close={close} />}
    </>
  );
}

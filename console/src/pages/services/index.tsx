/** All services: where they answer and what they run. */
import { App, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { type Service, useServices } from '@/api/services';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, descriptionColumn, nameColumn } from '@/parts/columns';
import { Copyable } from '@/parts/copyable';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/list_state';
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
  const create = <AddButton onClick={() => setOpen({ dialog: 'create' })}>{t('shell:action.create')}</AddButton>;

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
    nameColumn(t('field.name'), '/services'),
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
    descriptionColumn(t('field.description')),
    actionColumn(t('shell:list.actions'), (service) => (
      <>
        <Action onClick={() => setOpen({ dialog: 'publish', service })}>{t('action.publish')}</Action>
        <Action onClick={() => setOpen({ dialog: 'edit', service })}>{t('shell:action.edit')}</Action>
        <Action isDanger onClick={() => setOpen({ dialog: 'delete', service })}>{t('shell:action.delete')}</Action>
      </>
    )),
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

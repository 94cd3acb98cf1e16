/** All applications: who calls in a name of its own. */
import { PlusOutlined } from '@ant-design/icons';
import { Button, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Application, useApplications } from '@/api/applications';
import { ListPage } from '@/parts/list_page';
import { For } from '@/parts/may';
import { useListState } from '@/parts/table';
import { Time } from '@/parts/time';
import { CreateApplication, EditApplication } from './application_dialog';
import { BindDialog, DeleteApplication, type Made, MadeApplication, Pair } from './parts';
import { RotateApplication } from './rotate_dialog';

type Open = { dialog: 'create' } | { dialog: 'edit' | 'bind' | 'rotate' | 'delete'; application: Application };

export default function Applications() {
  const { t } = useTranslation(['applications', 'shell']);
  const state = useListState();
  const loaded = useApplications(state);
  const [open, setOpen] = useState<Open | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const close = () => setOpen(null);
  const create = (
    <For role="editor">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen({ dialog: 'create' })}>
        {t('shell:action.create')}
      </Button>
    </For>
  );
  const columns: TableColumnsType<Application> = [
    {
      title: `${t('field.id')}/${t('field.name')}`,
      key: 'name',
      render: (_, application) => (
        <>
          <Link className="cell-main" to={`/applications/${application.id}`}>
            {application.name}
          </Link>
          <div className="cell-sub mono">{application.id}</div>
        </>
      ),
    },
    { title: t('field.pair'), key: 'pair', render: (_, application) => <Pair of={application} /> },
    { title: t('field.bindings'), key: 'bindings', className: 'figures', render: (_, application) => application.bindings },
    {
      title: t('field.description'),
      key: 'description',
      render: (_, application) => <span className="cell-text">{application.description || '–'}</span>,
    },
    { title: t('field.created'), key: 'created', render: (_, application) => <Time at={application.created} /> },
    {
      title: t('shell:list.actions'),
      key: 'actions',
      render: (_, application) => (
        <div className="cell-actions">
          <Button type="link" size="small" onClick={() => setOpen({ dialog: 'bind', application })}>
            {t('bind.action')}
          </Button>
          <Button type="link" size="small" onClick={() => setOpen({ dialog: 'rotate', application })}>
            {t('rotate.action')}
          </Button>
          <Button type="link" size="small" onClick={() => setOpen({ dialog: 'edit', application })}>
            {t('shell:action.edit')}
          </Button>
          <Button type="link" size="small" danger onClick={() => setOpen({ dialog: 'delete', application })}>
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
        rowKey={(application) => application.id}
        searchHint={t('search')}
        empty={{ title: t('empty.title'), text: t('empty.text') }}
      />
      {open?.dialog === 'create' && <CreateApplication close={close} made={(pair) => setMade({ ...pair, isNew: true })} />}
      {open?.dialog === 'edit' && <EditApplication application={open.application} close={close} />}
      {open?.dialog === 'bind' && <BindDialog application={open.application} close={close} />}
      {open?.dialog === 'rotate' && (
        <RotateApplication application={open.application} close={close} rotated={(pair) => setMade({ ...pair, isNew: false })} />
      )}
      {open?.dialog === 'delete' && <DeleteApplication application={open.application} close={close} />}
      <MadeApplication made={made} close={() => setMade(null)} />
    </>
  );
}

/** All applications: who calls in a name of its own. */
import type { TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Application, useApplications } from '@/api/applications';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, descriptionColumn, nameColumn, timeColumn } from '@/parts/columns';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/list_state';
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
  const create = <AddButton onClick={() => setOpen({ dialog: 'create' })}>{t('shell:action.create')}</AddButton>;
  const columns: TableColumnsType<Application> = [
    nameColumn(`${t('field.id')}/${t('field.name')}`, '/applications'),
    { title: t('field.pair'), key: 'pair', render: (_, application) => <Pair of={application} /> },
    { title: t('field.bindings'), key: 'bindings', className: 'figures', render: (_, application) => application.bindings },
    descriptionColumn(t('field.description')),
    timeColumn(t('field.created'), 'created'),
    actionColumn(t('shell:list.actions'), (application) => (
      <>
        <Action onClick={() => setOpen({ dialog: 'bind', application })}>{t('bind.action')}</Action>
        <Action onClick={() => setOpen({ dialog: 'rotate', application })}>{t('rotate.action')}</Action>
        <Action onClick={() => setOpen({ dialog: 'edit', application })}>{t('shell:action.edit')}</Action>
        <Action isDanger onClick={() => setOpen({ dialog: 'delete', application })}>{t('shell:action.delete')}</Action>
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

/** All usage plans. */
import type { TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { type Plan, usePlans } from '@/api/plans';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, descriptionColumn, nameColumn, timeColumn } from '@/parts/columns';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/list_state';
import { DeletePlan } from './delete_plan';
import { PlanDialog } from './plan_dialog';
import { Quota, Rate } from './limits';

type Open = { dialog: 'create' } | { dialog: 'edit' | 'delete'; plan: Plan };

export default function Plans() {
  const { t } = useTranslation(['plans', 'shell']);
  const state = useListState();
  const loaded = usePlans(state);
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const create = <AddButton onClick={() => setOpen({ dialog: 'create' })}>{t('shell:action.create')}</AddButton>;
  const columns: TableColumnsType<Plan> = [
    nameColumn(`${t('field.id')}/${t('field.name')}`, '/plans'),
    { title: t('field.rate'), key: 'rate', render: (_, plan) => <Rate rate={plan.rate} /> },
    { title: t('field.used'), key: 'quota', render: (_, plan) => <Quota plan={plan} /> },
    { title: t('field.keys'), key: 'keys', className: 'figures', render: (_, plan) => plan.keys },
    { title: t('field.bindings'), key: 'bindings', className: 'figures', render: (_, plan) => plan.bindings },
    descriptionColumn(t('field.description')),
    timeColumn(t('field.created'), 'created'),
    actionColumn(t('shell:list.actions'), (plan) => (
      <>
        <Action onClick={() => setOpen({ dialog: 'edit', plan })}>{t('shell:action.edit')}</Action>
        <Action isDanger onClick={() => setOpen({ dialog: 'delete', plan })}>{t('shell:action.delete')}</Action>
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
        rowKey={(plan) => plan.id}
        searchHint={t('search')}
        empty={{ title: t('empty.title'), text: t('empty.text') }}
      />
      <PlanDialog
        isOpen={open?.dialog === 'create' || open?.dialog === 'edit'}
        plan={open?.dialog === 'edit' ? open.plan : undefined}
        close={close}
        created={(plan) => navigate(`/plans/${plan.id}/keys`)}
      />
      {open?.dialog === 'delete' && <DeletePlan plan={open.plan} close={close} />}
    </>
  );
}

/** All usage plans. */
import { PlusOutlined } from '@ant-design/icons';
import { Button, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { type Plan, usePlans } from '@/api/plans';
import { For } from '@/parts/may';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/table';
import { Time } from '@/parts/time';
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
  const create = (
    <For role="editor">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen({ dialog: 'create' })}>
        {t('shell:action.create')}
      </Button>
    </For>
  );
  const columns: TableColumnsType<Plan> = [
    {
      title: `${t('field.id')}/${t('field.name')}`,
      key: 'name',
      render: (_, plan) => (
        <>
          <Link className="cell-main" to={`/plans/${plan.id}`}>
            {plan.name}
          </Link>
          <div className="cell-sub mono">{plan.id}</div>
        </>
      ),
    },
    { title: t('field.rate'), key: 'rate', render: (_, plan) => <Rate rate={plan.rate} /> },
    { title: t('field.used'), key: 'quota', render: (_, plan) => <Quota plan={plan} /> },
    { title: t('field.keys'), key: 'keys', className: 'figures', render: (_, plan) => plan.keys },
    { title: t('field.bindings'), key: 'bindings', className: 'figures', render: (_, plan) => plan.bindings },
    { title: t('field.description'), key: 'description', render: (_, plan) => <span className="cell-text">{plan.description || '–'}</span> },
    { title: t('field.created'), key: 'created', render: (_, plan) => <Time at={plan.created} /> },
    {
      title: t('shell:list.actions'),
      key: 'actions',
      render: (_, plan) => (
        <div className="cell-actions">
          <Button type="link" size="small" onClick={() => setOpen({ dialog: 'edit', plan })}>
            {t('shell:action.edit')}
          </Button>
          <Button type="link" size="small" danger onClick={() => setOpen({ dialog: 'delete', plan })}>
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

/** One usage plan: its head and the tabs below. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useNavigate, useOutletContext, useParams } from 'react-router';
import { type Plan, usePlan } from '@/api/plans';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { Tabs } from '@/parts/tabs';
import { Unloaded } from '@/parts/unloaded';
import { DeletePlan } from '@/pages/plans/delete_plan';
import { PlanDialog } from '@/pages/plans/plan_dialog';

/** What is edited is as it was when the dialog was opened: what somebody else changes meanwhile is refused, not overwritten. */
type Open = { dialog: 'edit'; plan: Plan } | { dialog: 'delete' };

const TABS = ['info', 'environments', 'keys'] as const;

export default function PlanPage() {
  const { t } = useTranslation(['plans', 'shell']);
  const { plan: id } = useParams() as { plan: string };
  const loaded = usePlan(id);
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open | null>(null);
  if (!loaded.data) return <Unloaded of={[loaded]} />;
  const plan = loaded.data.value;
  const close = () => setOpen(null);
  return (
    <>
      <PageHead
        title={plan.name}
        crumbs={[{ text: t('shell:nav.plans'), to: '/plans' }]}
        beside={<span className="mono quiet">{plan.id}</span>}
        actions={
          <For role="editor">
            <Button onClick={() => setOpen({ dialog: 'edit', plan })}>{t('shell:action.edit')}</Button>
            <Button danger onClick={() => setOpen({ dialog: 'delete' })}>
              {t('shell:action.delete')}
            </Button>
          </For>
        }
      />
      <Tabs label={t('tab.label')} tabs={TABS.map((tab) => ({ to: `/plans/${id}/${tab}`, text: t(`tab.${tab}`) }))} />
      <Outlet context={plan} />
      <PlanDialog isOpen={open?.dialog === 'edit'} plan={open?.dialog === 'edit' ? open.plan : plan} close={close} />
      {open?.dialog === 'delete' && <DeletePlan plan={plan} close={close} done={() => navigate('/plans')} />}
    </>
  );
}

/** The plan that a tab stands in. */
export function useThisPlan(): Plan {
  return useOutletContext<Plan>();
}

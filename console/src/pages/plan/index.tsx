/** One usage plan: its head and the tabs below. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useNavigate, useOutletContext, useParams } from 'react-router';
import { type Plan, usePlan } from '@/api/plans';
import { Failure } from '@/parts/failure';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { Tabs } from '@/parts/tabs';
import { Waiting } from '@/parts/waiting';
import { DeletePlan } from '@/pages/plans/delete_plan';
import { PlanDialog } from '@/pages/plans/plan_dialog';

const TABS = ['info', 'environments', 'keys'] as const;

export default function PlanPage() {
  const { t } = useTranslation(['plans', 'shell']);
  const { plan: id } = useParams() as { plan: string };
  const loaded = usePlan(id);
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'edit' | 'delete' | null>(null);
  if (loaded.error) return <Failure error={loaded.error} retry={() => loaded.refetch()} />;
  if (!loaded.data) return <Waiting />;
  const plan = loaded.data.value;
  const close = () => setDialog(null);
  return (
    <>
      <PageHead
        title={plan.name}
        crumbs={[{ text: t('shell:nav.plans'), to: '/plans' }]}
        beside={<span className="mono quiet">{plan.id}</span>}
        actions={
          <For role="editor">
            <Button onClick={() => setDialog('edit')}>{t('shell:action.edit')}</Button>
            <Button danger onClick={() => setDialog('delete')}>
              {t('shell:action.delete')}
            </Button>
          </For>
        }
      />
      <Tabs label={t('tab.label')} tabs={TABS.map((tab) => ({ to: `/plans/${id}/${tab}`, text: t(`tab.${tab}`) }))} />
      <Outlet context={plan} />
      <PlanDialog isOpen={dialog === 'edit'} plan={plan} close={close} />
      {dialog === 'delete' && <DeletePlan plan={plan} close={close} done={() => navigate('/plans')} />}
    </>
  );
}

/** The plan that a tab stands in. */
export function useThisPlan(): Plan {
  return useOutletContext<Plan>();
}

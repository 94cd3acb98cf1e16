/** The usage plans that rule the environments of a service, or single APIs of it. */
import { App, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Binding, type Plan, useDemote, usePlan, useServiceBindings, useUnbindEnvironment } from '@/api/plans';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, Named, timeColumn } from '@/parts/columns';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { useListState } from '@/parts/list_state';
import { DataTable } from '@/parts/table';
import { Scope } from '@/pages/plan/environments';
import { BindDialog } from '@/pages/plans/bind_dialog';
import { Quota, Rate } from '@/pages/plans/limits';
import { useThisService } from '.';

export default function ServicePlans() {
  const { t } = useTranslation(['plans', 'shell', 'services']);
  const service = useThisService();
  const state = useListState();
  const loaded = useServiceBindings(service.id, state);
  const unbind = useUnbindEnvironment();
  const [isBinding, setBinding] = useState(false);
  const [leaving, setLeaving] = useState<Binding | null>(null);
  const demote = useDemote();
  const { message } = App.useApp();
  const [sinking, setSinking] = useState<Binding | null>(null);
  const bind = <AddButton onClick={() => setBinding(true)}>{t('ofService.bind')}</AddButton>;
  const columns: TableColumnsType<Binding> = [
    { title: t('ofService.plan'), key: 'plan', render: (_, one) => <Named name={one.plan_name} id={one.plan} to={`/plans/${one.plan}`} /> },
    { title: t('environments.environment'), key: 'environment', render: (_, one) => t(`services:environment.${one.environment}`) },
    { title: t('environments.scope'), key: 'scope', render: (_, one) => <Scope of={one} /> },
    { title: t('field.rate'), key: 'rate', render: (_, one) => <OfPlan id={one.plan} show={(plan) => <Rate rate={plan.rate} />} /> },
    { title: t('field.used'), key: 'used', render: (_, one) => <OfPlan id={one.plan} show={(plan) => <Quota plan={plan} />} /> },
    timeColumn(t('environments.created'), 'created'),
    actionColumn(t('shell:list.actions'), (one) => (
      <>
        {one.api === null && (
          <Action onClick={() => setSinking(one)}>{t('ofService.demote.action')}</Action>
        )}
        <Action isDanger onClick={() => setLeaving(one)}>{t('environments.unbind')}</Action>
      </>
    )),
  ];
  return (
    <>
      <DataTable
        label={t('services:tab.plans')}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(one) => `${one.plan}/${one.environment}/${one.api ?? ''}`}
        actions={bind}
        empty={
          <Empty title={t('ofService.empty')} action={bind}>
            {t('ofService.emptyHint')}
          </Empty>
        }
      />
      {isBinding && <BindDialog service={service} close={() => setBinding(false)} />}
      <DeleteDialog
        title={t('ofService.unbindTitle', { plan: leaving?.plan_name })}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        okText={t('environments.unbind')}
        remove={() => unbind.mutateAsync(leaving!)}
      >
        {leaving && t('environments.unbindText', { environment: t(`services:environment.${leaving.environment}`) })}
      </DeleteDialog>
      <DeleteDialog
        title={t('ofService.demote.title', { plan: sinking?.plan_name })}
        isOpen={sinking !== null}
        close={() => setSinking(null)}
        okText={t('ofService.demote.action')}
        remove={async () => {
          await demote.mutateAsync(sinking!);
          message.success(t('ofService.demote.done'));
        }}
      >
        {sinking && t('ofService.demote.text', { environment: t(`services:environment.${sinking.environment}`) })}
      </DeleteDialog>
    </>
  );
}

/** What a binding does not tell of its plan; each plan is asked for once, in however many rows it stands. */
function OfPlan({ id, show }: { id: string; show: (plan: Plan) => React.ReactNode }) {
  const plan = usePlan(id).data?.value;
  return plan ? show(plan) : <span className="quiet">–</span>;
}

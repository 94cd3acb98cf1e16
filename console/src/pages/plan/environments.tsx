/** The environments and APIs that a plan rules. */
import type { TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Binding, usePlanBindings, useUnbindEnvironment } from '@/api/plans';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, timeColumn } from '@/parts/columns';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { useListState } from '@/parts/list_state';
import { DataTable } from '@/parts/table';
import { ServiceName } from '@/pages/places/place_list';
import { BindDialog } from '@/pages/plans/bind_dialog';
import { useThisPlan } from '.';

export default function PlanEnvironments() {
  const { t } = useTranslation(['plans', 'shell', 'services']);
  const plan = useThisPlan();
  const state = useListState();
  const loaded = usePlanBindings(plan.id, state);
  const unbind = useUnbindEnvironment();
  const [isBinding, setBinding] = useState(false);
  const [leaving, setLeaving] = useState<Binding | null>(null);
  const bind = <AddButton onClick={() => setBinding(true)}>{t('environments.bind')}</AddButton>;
  const columns: TableColumnsType<Binding> = [
    {
      title: t('environments.environment'),
      key: 'environment',
      render: (_, one) => <span className="cell-main">{t(`services:environment.${one.environment}`)}</span>,
    },
    { title: t('environments.service'), key: 'service', render: (_, one) => <ServiceName of={one} /> },
    { title: t('environments.scope'), key: 'scope', render: (_, one) => <Scope of={one} /> },
    timeColumn(t('environments.created'), 'created'),
    actionColumn(t('shell:list.actions'), (one) => <Action isDanger onClick={() => setLeaving(one)}>{t('environments.unbind')}</Action>),
  ];
  return (
    <>
      <DataTable
        label={t('tab.environments')}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(one) => `${one.service}/${one.environment}/${one.api ?? ''}`}
        actions={bind}
        empty={
          <Empty title={t('environments.empty')} action={bind}>
            {t('environments.emptyHint')}
          </Empty>
        }
      />
      {isBinding && <BindDialog plan={plan} close={() => setBinding(false)} />}
      <DeleteDialog
        title={t('environments.unbindTitle', { service: leaving?.service_name })}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        okText={t('environments.unbind')}
        remove={() => unbind.mutateAsync(leaving!)}
      >
        {leaving && t('environments.unbindText', { environment: t(`services:environment.${leaving.environment}`) })}
      </DeleteDialog>
    </>
  );
}

/** All of an environment, or one API there. */
export function Scope({ of }: { of: Binding }) {
  const { t } = useTranslation('plans');
  if (!of.api) return <>{t('environments.whole')}</>;
  return <Link to={`/services/${of.service}/apis/${of.api}`}>{t('environments.api', { api: of.api_name ?? of.api })}</Link>;
}

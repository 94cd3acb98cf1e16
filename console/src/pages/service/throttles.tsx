/** How many calls per second single APIs admit, environment by environment. */
import { App, Segmented, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAbout } from '@/api/about';
import { ENVIRONMENTS, type Environment } from '@/api/environments';
import { type ApiThrottle, useApiThrottles, useSetApiRate } from '@/api/throttles';
import { Action, actionColumn } from '@/parts/columns';
import { Empty } from '@/parts/empty';
import { FormDialog } from '@/parts/form_dialog';
import { type Limit, LimitField, boundOf, limitOf } from '@/parts/limit_field';
import { useListState } from '@/parts/list_state';
import { Chip } from '@/parts/mark';
import { DataTable } from '@/parts/table';
import { number } from '@/parts/time';
import { useThisService } from '.';

export function ApiThrottles() {
  const { t, i18n } = useTranslation(['services', 'shell', 'apis']);
  const service = useThisService();
  const state = useListState('rates_');
  const [environment, setEnvironment] = useState<Environment>('release');
  const loaded = useApiThrottles(service.id, environment, state);
  const [edited, setEdited] = useState<ApiThrottle | null>(null);
  const columns: TableColumnsType<ApiThrottle> = [
    {
      title: t('apis:list.name'),
      key: 'name',
      render: (_, one) => (
        <>
          <Link to={`/services/${service.id}/apis/${one.api}`}>{one.name}</Link>
          <div className="cell-sub mono">{one.api}</div>
        </>
      ),
    },
    {
      title: t('apis:list.path'),
      key: 'path',
      render: (_, one) => (
        <span className="row">
          <Chip tone="brand">{one.method}</Chip>
          <span className="mono">{one.path}</span>
        </span>
      ),
    },
    {
      title: t('environments.rate'),
      key: 'rate',
      className: 'figures',
      render: (_, one) =>
        one.rate == null ? (
          <span className="quiet">{t('throttles.none')}</span>
        ) : (
          t('environments.rateOf', { rate: number(one.rate, i18n.language) })
        ),
    },
    actionColumn(t('shell:list.actions'), (one) => <Action onClick={() => setEdited(one)}>{t('throttles.edit')}</Action>),
  ];
  return (
    <>
      <DataTable
        label={t('throttles.title')}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(one) => one.api}
        searchHint={t('apis:list.search')}
        actions={
          <>
            <h2 className="table-title">{t('throttles.title')}</h2>
            <Segmented
              aria-label={t('environments.name')}
              value={environment}
              onChange={(chosen) => {
                setEnvironment(chosen);
                state.set({ page: '' });
              }}
              options={ENVIRONMENTS.map((value) => ({ value, label: t(`environment.${value}`) }))}
            />
          </>
        }
        empty={
          <Empty isSmall title={t('throttles.title')}>
            {t('throttles.noApis')}
          </Empty>
        }
      />
      {edited && <ApiRateDialog throttle={edited} close={() => setEdited(null)} />}
    </>
  );
}

function ApiRateDialog({ throttle, close }: { throttle: ApiThrottle; close: () => void }) {
  const { t } = useTranslation('services');
  const { message } = App.useApp();
  const service = useThisService();
  const set = useSetApiRate(service.id);
  const max = useAbout().data?.limits.service_rate_max ?? 5000;
  const environment = t(`environment.${throttle.environment}`);
  return (
    <FormDialog<{ rate: Limit }>
      title={t('throttles.ofApi', { api: throttle.name, environment })}
      isOpen
      close={close}
      initial={{ rate: limitOf(throttle.rate, 100) }}
      submit={async ({ rate }) => {
        await set.mutateAsync({ throttle, rate: boundOf(rate) });
        message.success(t('throttles.done'));
      }}
    >
      <p className="dialog-text">{t('throttles.ofApiText')}</p>
      <LimitField
        name="rate"
        label={t('environments.rate')}
        unit={t('throttles.unit')}
        max={max}
        hint={(most) => t('throttles.hint', { max: most })}
      />
    </FormDialog>
  );
}

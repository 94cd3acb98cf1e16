/** How much of a service is called, how well it answers, and why calls are refused. */
import { ReloadOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useApis } from '@/api/apis';
import { useKeyNames } from '@/api/debug';
import { ENVIRONMENTS, type Environment } from '@/api/environments';
import { type Scope, useBusiest, useSeries, useTraffic } from '@/api/traffic';
import { Empty } from '@/parts/empty';
import { Failure } from '@/parts/failure';
import { Waiting } from '@/parts/waiting';
import { useThisService } from '@/pages/service';
import { Charts } from './charts';
import { Busy, Complaints } from './lists';
import { RangeChoice, useRange } from './range_choice';
import { Sums } from './sums';
import './monitoring.css';

export default function Monitoring() {
  const { t } = useTranslation(['monitoring', 'shell']);
  const service = useThisService();
  const [params] = useSearchParams();
  const range = useRange('24h');
  const scope: Scope = {
    service: service.id,
    environment: ENVIRONMENTS.find((one) => one === params.get('environment')),
    api: params.get('api') ?? undefined,
    key: params.get('api') ? undefined : (params.get('key') ?? undefined),
  };
  const sum = useTraffic(range, scope);
  const series = useSeries(range, scope);
  const isWhole = !scope.api && !scope.key;
  const apis = useBusiest('api', range, scope, 6, isWhole);
  const keys = useBusiest('key', range, scope, 6, isWhole);
  const all = [sum, series, ...(isWhole ? [apis, keys] : [])];
  const error = all.find((one) => one.error)?.error;
  const again = () => Promise.all(all.map((one) => one.refetch()));
  const isNarrow = Boolean(scope.api ?? scope.key ?? scope.environment);
  const isOpen = service.environments.some((one) => one.running);
  return (
    <div className="stack">
      <div className="monitoring-bar">
        <RangeChoice range={range} />
        <Narrow service={service.id} scope={scope} />
        <Button
          aria-label={t('shell:action.refresh')}
          icon={<ReloadOutlined spin={sum.isFetching && !sum.isLoading} />}
          onClick={() => void again()}
        />
      </div>
      {error && <Failure error={error} retry={() => void again()} />}
      {!sum.data || !series.data ? (
        !error && <Waiting />
      ) : sum.data.calls === 0 ? (
        <div className="card">
          <Empty
            title={t(isNarrow ? 'empty.narrow' : 'empty.title')}
            action={
              <Link to={`/services/${service.id}/${isOpen ? 'apis' : 'environments'}`}>
                <Button type="primary" tabIndex={-1}>
                  {t(isOpen ? 'empty.debug' : 'empty.publish')}
                </Button>
              </Link>
            }
          >
            {t(isNarrow ? 'empty.narrowText' : isOpen ? 'empty.text' : 'empty.closed')}
          </Empty>
        </div>
      ) : (
        <>
          <Sums counts={sum.data} />
          <Charts series={series.data} names={['calls', 'latency', 'errors', 'backend', 'bytes']} />
          <div className="monitoring-pair">
            <Complaints counts={sum.data} range={range} scope={scope} />
            {isWhole && apis.data && <Busy of="api" items={apis.data.items} range={range} scope={scope} isOfOne />}
            {isWhole && keys.data && keys.data.items.length > 0 && (
              <Busy of="key" items={keys.data.items} range={range} scope={scope} isOfOne />
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** Environment, and an API or a key. */
function Narrow({ service, scope }: { service: string; scope: Scope }) {
  const { t } = useTranslation(['monitoring', 'services']);
  const [, setParams] = useSearchParams();
  const [apiText, setApiText] = useState('');
  const [keyText, setKeyText] = useState('');
  const apis = useApis(service, { q: apiText, page: '' }, 100).data?.items ?? [];
  const keys = useKeyNames(keyText).data ?? [];
  const set = (change: Partial<Record<'environment' | 'api' | 'key', string | undefined>>) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(change)) {
          if (value) after.set(name, value);
          else after.delete(name);
        }
        return after;
      },
      { replace: true },
    );
  return (
    <>
      <Select<Environment>
        className="monitoring-choice"
        aria-label={t('narrow.environment')}
        placeholder={t('narrow.environment')}
        allowClear
        value={scope.environment}
        onChange={(environment) => set({ environment })}
        options={ENVIRONMENTS.map((value) => ({ value, label: t(`services:environment.${value}`) }))}
      />
      <Select
        className="monitoring-choice"
        aria-label={t('narrow.api')}
        placeholder={t('narrow.api')}
        allowClear
        showSearch={{ filterOption: false, onSearch: setApiText }}
        value={scope.api}
        onChange={(api) => set({ api, key: undefined })}
        options={apis.map((one) => ({ value: one.id, label: one.name, title: `${one.method} ${one.path}` }))}
      />
      <Select
        className="monitoring-choice"
        aria-label={t('narrow.key')}
        placeholder={t('narrow.key')}
        allowClear
        showSearch={{ filterOption: false, onSearch: setKeyText }}
        value={scope.key}
        onChange={(key) => set({ key, api: undefined })}
        options={keys.map((one) => ({ value: one.id, label: one.name, title: one.id }))}
      />
    </>
  );
}

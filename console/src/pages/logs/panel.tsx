/** The log of calls: searched, or watched live. */
import { ReloadOutlined } from '@ant-design/icons';
import { Button, Switch } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Logged, useLiveLogs, useLogs } from '@/api/logs';
import { RANGES } from '@/api/traffic';
import { Empty } from '@/parts/empty';
import { Failure } from '@/parts/failure';
import { Mark } from '@/parts/mark';
import { number } from '@/parts/time';
import { RangeChoice, useRange } from '@/pages/monitoring/range_choice';
import { useLogFilter } from './filter';
import { FilterBar } from './filter_bar';
import { LogDrawer } from './log_drawer';
import { LogTable } from './log_table';
import { useNames } from './names';
import '@/parts/table.css';
import '@/parts/chart/chart.css';
import './logs.css';

export function LogPanel({ service }: { service?: string }) {
  const { t, i18n } = useTranslation(['logs', 'shell']);
  const search = useLogFilter(service);
  const range = useRange('24h');
  const [isLive, setLive] = useState(false);
  const [opened, setOpened] = useState<Logged | null>(null);
  const [asked, setAsked] = useState(0);
  // All pages of one search have one beginning; asking anew moves it.
  const from = useMemo(() => new Date(Date.now() - RANGES[range].seconds * 1_000).toISOString(), [range, asked, search.filter]);
  const found = useLogs(search.filter, from, !isLive);
  const live = useLiveLogs(search.filter, isLive);
  const names = useNames(service);
  const pages = found.data?.pages ?? [];
  const calls = isLive ? live.calls : pages.flatMap((page) => page.items);
  const notKept = pages.reduce((sum, page) => sum + page.not_kept, 0);
  const error = isLive ? live.error : found.error;
  return (
    <div className="card">
      <FilterBar search={search} service={service}>
        {isLive ? <Watching isOpen={live.isOpen} count={live.calls.length} skipped={live.skipped} /> : <RangeChoice range={range} />}
        <span className="table-bar-gap" />
        <label className="log-live">
          <Switch checked={isLive} onChange={setLive} aria-label={t('live.switch')} />
          <span aria-hidden="true">{t('live.switch')}</span>
        </label>
        <Button
          aria-label={t('shell:action.refresh')}
          disabled={isLive}
          icon={<ReloadOutlined spin={found.isFetching && !found.isLoading} />}
          onClick={() => setAsked(asked + 1)}
        />
      </FilterBar>
      {error ? (
        <div className="table-failure">
          <Failure error={error} retry={isLive ? live.retry : () => void found.refetch()} />
        </div>
      ) : (
        <LogTable
          calls={calls}
          names={names}
          isOfOne={Boolean(service)}
          isLoading={!isLive && found.isLoading}
          open={setOpened}
          empty={<None isLive={isLive} isNarrow={search.count > 0} clear={search.clear} goesOn={Boolean(found.hasNextPage)} />}
        />
      )}
      {!isLive && !error && (found.hasNextPage || notKept > 0) && (
        <div className="log-foot">
          {notKept > 0 && <span className="quiet">{t('notKept', { calls: number(notKept, i18n.language) })}</span>}
          <span className="table-bar-gap" />
          {found.hasNextPage && (
            <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t('older')}
            </Button>
          )}
        </div>
      )}
      <LogDrawer call={opened} names={names} close={() => setOpened(null)} />
    </div>
  );
}

function Watching({ isOpen, count, skipped }: { isOpen: boolean; count: number; skipped: number }) {
  const { t, i18n } = useTranslation('logs');
  return (
    <span className="row" role="status">
      <Mark tone={isOpen ? 'good' : 'quiet'}>{t(isOpen ? 'live.open' : 'live.opening')}</Mark>
      {count > 0 && <span className="quiet figures">{t('live.count', { count })}</span>}
      {skipped > 0 && <span className="quiet figures">{t('live.skipped', { calls: number(skipped, i18n.language) })}</span>}
    </span>
  );
}

function None({ isLive, isNarrow, goesOn, clear }: { isLive: boolean; isNarrow: boolean; goesOn: boolean; clear: () => void }) {
  const { t } = useTranslation('logs');
  if (isLive) return <Empty isSmall title={t('empty.live')}>{t('empty.liveText')}</Empty>;
  if (goesOn) return <Empty isSmall title={t('empty.far')}>{t('empty.farText')}</Empty>;
  if (!isNarrow) return <Empty title={t('empty.title')}>{t('empty.text')}</Empty>;
  return (
    <Empty isSmall title={t('empty.narrow')} action={<Button onClick={clear}>{t('clear')}</Button>}>
      {t('empty.narrowText')}
    </Empty>
  );
}

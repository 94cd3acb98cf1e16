/** Calls in a table; one of them in a drawer. */
import { Table, type TableColumnsType } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Logged } from '@/api/logs';
import { Chip, Mark } from '@/parts/mark';
import { millis, statusTone } from '@/parts/measure';
import { refusalWords } from '@/words/refusals';
import type { Names } from './names';

interface Given {
  calls: Logged[];
  names: Names;
  isOfOne: boolean;
  isLoading: boolean;
  open: (call: Logged) => void;
  empty: ReactNode;
}

export function LogTable({ calls, names, isOfOne, isLoading, open, empty }: Given) {
  const { t, i18n } = useTranslation(['logs', 'services']);
  const language = i18n.language;
  const columns: TableColumnsType<Logged> = [
    {
      title: t('column.time'),
      key: 'time',
      render: (_, call) => (
        <button type="button" className="log-open figures" aria-label={t('open', { time: exact(call.time, language) })} onClick={() => open(call)}>
          {exact(call.time, language)}
        </button>
      ),
    },
    {
      title: t('column.status'),
      key: 'status',
      render: (_, call) => (
        <>
          <Mark tone={statusTone(call.status)}>
            <span className="figures">{call.status}</span>
          </Mark>
          {call.refusal && <div className="cell-sub">{refusalWords(call.refusal).name}</div>}
        </>
      ),
    },
    {
      title: t('column.request'),
      key: 'request',
      render: (_, call) => (
        <span className="log-request">
          <Chip tone="brand">{call.method}</Chip>
          <span className="mono log-path">{call.path}</span>
        </span>
      ),
    },
    {
      title: t(isOfOne ? 'column.api' : 'column.service'),
      key: 'api',
      render: (_, call) => (
        <>
          <div>{isOfOne ? names.api(call) : names.service(call)}</div>
          {call.environment && <div className="cell-sub">{t(`services:environment.${call.environment as 'release'}`)}</div>}
        </>
      ),
    },
    { title: t('column.key'), key: 'key', render: (_, call) => <span className="cell-text">{names.key(call)}</span> },
    { title: t('column.duration'), key: 'duration', align: 'end', className: 'figures', render: (_, call) => millis(call.duration_us, language) },
  ];
  return (
    <Table<Logged>
      aria-label={t('title')}
      size="small"
      className="log-table"
      columns={columns}
      dataSource={calls}
      rowKey="request_id"
      loading={{ spinning: isLoading, delay: 150 }}
      pagination={false}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: isLoading ? <div className="table-space" /> : empty }}
    />
  );
}

/** A time to the millisecond. */
export function exact(at: string, language: string): string {
  const date = new Date(at);
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const day = date.toLocaleDateString(locale, { month: language === 'zh' ? '2-digit' : 'short', day: '2-digit' });
  const time = date.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false });
  return `${day} ${time}`;
}

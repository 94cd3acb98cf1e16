/** A list: searched, sorted and turned by the gateway, its state kept in the address. */
import { ReloadOutlined } from '@ant-design/icons';
import { Button, Input, Table, type TableColumnsType } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/api/session';
import { Empty } from './empty';
import { Failure } from './failure';
import type { ListState } from './list_state';
import { useWritten } from './written';
import './table.css';

interface Loaded<Row> {
  data?: { items: Row[]; next?: string | null; total?: number | null };
  error: unknown;
  isLoading: boolean;
  isFetching: boolean;
  refetch: () => unknown;
}

interface Given<Row> {
  /** What the table lists, for those who do not see it. */
  label: string;
  state: ListState;
  loaded: Loaded<Row>;
  /** The column `actions` is for those who may change what is listed. */
  columns: TableColumnsType<Row>;
  rowKey: (row: Row) => string;
  searchHint?: string;
  /** Something beside the search narrows the list: that it is empty means nothing then. */
  isNarrowed?: boolean;
  /** When the list is empty and nothing is searched for. */
  empty: ReactNode;
  /** Left of the search. */
  actions?: ReactNode;
  /** Inside of a card that has its own frame. */
  isPlain?: boolean;
  selection?: { chosen: string[]; choose: (keys: string[]) => void; nameOf: (row: Row) => string };
}

export function DataTable<Row extends object>(given: Given<Row>) {
  const { t } = useTranslation();
  const { state, loaded } = given;
  const mayChange = useMay('editor');
  // What can be done stays in sight, however wide the rest is.
  const columns = given.columns.filter((column) => mayChange || column.key !== 'actions').map(pinned);
  const rows = loaded.data?.items ?? [];
  const isUnused = !loaded.isLoading && !loaded.error && rows.length === 0 && !state.q && !state.page && !given.isNarrowed;
  const frame = given.isPlain ? undefined : 'card';
  if (isUnused) return <div className={frame}>{given.empty}</div>;
  return (
    <div className={frame}>
      {!given.isPlain && <div className="table-bar">
        {given.actions}
        <span className="table-bar-gap" />
        {given.searchHint && <Search state={state} hint={given.searchHint} />}
        <Button
          aria-label={t('action.refresh')}
          icon={<ReloadOutlined spin={loaded.isFetching && !loaded.isLoading} />}
          onClick={() => loaded.refetch()}
        />
      </div>}
      {loaded.error ? (
        <div className="table-failure">
          <Failure error={loaded.error} retry={() => loaded.refetch()} />
        </div>
      ) : null}
      {/* What is listed already stays, with what was shown in it. */}
      {(loaded.data || !loaded.error) && (
        <Table<Row>
          aria-label={given.label}
          columns={columns}
          dataSource={rows}
          rowKey={given.rowKey}
          loading={{ spinning: loaded.isLoading, delay: 150 }}
          pagination={false}
          // A line that is too long is broken first; what still does not fit is scrolled to.
          tableLayout="auto"
          scroll={{ x: true }}
          rowSelection={
            given.selection && {
              selectedRowKeys: given.selection.chosen,
              onChange: (keys) => given.selection!.choose(keys.map(String)),
              getCheckboxProps: (row) => ({ 'aria-label': given.selection!.nameOf(row) }) as object,
            }
          }
          locale={{ emptyText: loaded.isLoading ? <div className="table-space" /> : <Nothing state={state} /> }}
        />
      )}
      <Pages state={state} data={loaded.data} />
    </div>
  );
}

/** The column of actions, kept at the end of what is seen. */
export function pinned<Column extends { key?: React.Key }>(column: Column): Column {
  return column.key === 'actions' || column.key === 'more' ? { ...column, fixed: 'end' } : column;
}

function Search({ state, hint }: { state: ListState; hint: string }) {
  const { text, write } = useWritten(state.q, (q) => state.set({ q }), 250);
  return (
    <Input.Search
      className="table-search"
      aria-label={hint}
      placeholder={hint}
      value={text}
      allowClear
      onChange={(event) => write(event.target.value)}
      onSearch={(q) => write(q, 0)}
    />
  );
}

function Nothing({ state }: { state: ListState }) {
  const { t } = useTranslation();
  return (
    <Empty isSmall title={t('list.nothing')} action={state.q && <Button onClick={() => state.set({ q: '' })}>{t('action.clear')}</Button>}>
      {state.q && t('list.nothingHint', { q: state.q })}
    </Empty>
  );
}

/** The gateway marks pages and does not count them, so one goes on and back. */
function Pages<Row>({ state, data }: { state: ListState; data: Loaded<Row>['data'] }) {
  const { t } = useTranslation();
  const total = data?.total;
  const next = data?.next;
  if (!next && !state.page) return total ? <p className="table-total figures">{t('list.total', { count: total })}</p> : null;
  return (
    <div className="table-pages">
      {total != null && <span className="figures quiet">{t('list.total', { count: total })}</span>}
      <span className="table-bar-gap" />
      <Button disabled={!state.page} onClick={state.back}>
        {t('list.previous')}
      </Button>
      <Button disabled={!next} onClick={() => state.turn(next ?? '')}>
        {t('list.nextPage')}
      </Button>
    </div>
  );
}

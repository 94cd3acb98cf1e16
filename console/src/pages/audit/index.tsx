/** Who changed what, by whichever dialect. */
import { Input, Select, type TableColumnsType } from 'antd';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { type AuditFilter, type AuditRecord, useAudit } from '@/api/audit';
import { useAddress } from '@/parts/address';
import { timeColumn } from '@/parts/columns';
import { Copyable } from '@/parts/copyable';
import { Empty } from '@/parts/empty';
import { FIRST_PAGE, useListState } from '@/parts/list_state';
import { PageHead } from '@/parts/page_head';
import { DataTable } from '@/parts/table';
import { number } from '@/parts/time';
import { useWritten } from '@/parts/written';
import type { Words } from '@/words';
import { NOUNS } from './nouns';
import './audit.css';

const DIALECTS = ['native', 'tencent', 'first'] as const;
const CONDITIONS = ['actor', 'action', 'subject', 'dialect', 'since'] as const;
type Condition = (typeof CONDITIONS)[number];
const SINCE = { '24h': 1, '7d': 7, '30d': 30 } as const;

export default function Audit() {
  const { t, i18n } = useTranslation(['audit', 'shell', 'monitoring']);
  const state = useListState();
  const { params, change } = useAddress();
  const said = (name: Condition) => params.get(name) ?? undefined;
  const set = (name: Condition, value: string | undefined) => change({ [name]: value, ...FIRST_PAGE });
  const loaded = useAudit(filterOf(said), state.page);
  const count = CONDITIONS.filter((name) => said(name)).length;
  const clear = () => change({ ...Object.fromEntries(CONDITIONS.map((name) => [name, undefined])), ...FIRST_PAGE });
  const columns: TableColumnsType<AuditRecord> = [
    timeColumn(t('column.time'), 'time'),
    { title: t('column.actor'), key: 'actor', render: (_, entry) => (entry.actor === 'installation' ? t('installation') : entry.actor) },
    {
      title: t('column.action'),
      key: 'action',
      render: (_, entry) => (
        <>
          <div>{actionWords(entry.action)}</div>
          <div className="cell-sub mono">{entry.action}</div>
        </>
      ),
    },
    {
      title: t('column.subject'),
      key: 'subject',
      render: (_, entry) =>
        entry.subject ? (
          <span className="cell-address">
            <Copyable text={entry.subject} what={t('column.subject')} />
          </span>
        ) : (
          '–'
        ),
    },
    { title: t('column.origin'), key: 'origin', render: (_, entry) => <Origin origin={entry.origin} /> },
    {
      title: t('column.revision'),
      key: 'revision',
      align: 'end',
      className: 'figures',
      render: (_, entry) => number(entry.revision, i18n.language),
    },
  ];
  const choice = (name: Condition) => ({
    'aria-label': t(`condition.${name}`),
    placeholder: t(`condition.${name}`),
    allowClear: true,
    className: 'audit-choice',
    value: said(name),
    onChange: (value: string | undefined) => set(name, value),
  });
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} />
      <DataTable
        label={t('title')}
        // A search that finds nothing is told apart from a trail that is empty.
        state={{ ...state, q: count > 0 ? t('conditions') : '', set: (wanted) => ('q' in wanted ? clear() : state.set(wanted)) }}
        loaded={loaded}
        columns={columns}
        rowKey={(entry) => `${entry.revision}/${entry.action}/${entry.subject}`}
        actions={
          <>
            <Select {...choice('action')} options={NOUNS.map((value) => ({ value, label: t(`noun.${value}`) }))} />
            <Select {...choice('dialect')} options={DIALECTS.map((value) => ({ value, label: t(`dialect.${value}`) }))} />
            <Select
              {...choice('since')}
              options={(Object.keys(SINCE) as (keyof typeof SINCE)[]).map((value) => ({ value, label: t(`monitoring:range.${value}`) }))}
            />
            <Written label={t('condition.actor')} said={said('actor') ?? ''} set={(value) => set('actor', value)} />
            <Written label={t('condition.subject')} said={said('subject') ?? ''} set={(value) => set('subject', value)} />
          </>
        }
        empty={<Empty title={t('empty.title')}>{t('empty.text')}</Empty>}
      />
    </>
  );
}

function filterOf(said: (name: Condition) => string | undefined): AuditFilter {
  const days = SINCE[said('since') as keyof typeof SINCE];
  const from = days && new Date(Math.floor(Date.now() / 60_000) * 60_000 - days * 86_400_000).toISOString();
  return {
    ...(said('actor') && { actor: said('actor') }),
    ...(said('action') && { action: said('action') }),
    ...(said('subject') && { subject: said('subject') }),
    ...(said('dialect') && { dialect: said('dialect') }),
    ...(from && { from }),
  };
}

function Written({ label, said, set }: { label: string; said: string; set: (value: string) => void }) {
  const { text, write } = useWritten(said, set, 350);
  return (
    <Input
      className="audit-choice"
      aria-label={label}
      placeholder={label}
      allowClear
      spellCheck={false}
      value={text}
      onChange={({ target }) => write(target.value)}
    />
  );
}

/** The dialect, and the request's identifier there. */
function Origin({ origin }: { origin: string }) {
  const { t } = useTranslation('audit');
  const [dialect = '', ...rest] = origin.split(' ');
  const known = DIALECTS.find((one) => one === dialect);
  return (
    <>
      <div>{known ? t(`dialect.${known}`) : origin}</div>
      {known && known !== 'first' && <div className="cell-sub mono audit-origin" title={rest.join(' ')}>{rest.join(' ')}</div>}
    </>
  );
}

type ActionName = keyof Words['audit']['action'];

/** An action that the console does not know by the gateway's own name. */
function actionWords(action: string): string {
  const name = action.replace('.', '_');
  return i18next.exists(`audit:action.${name}`) ? i18next.t(`audit:action.${name as ActionName}`) : action;
}

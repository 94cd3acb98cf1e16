/** Everything that was logged of one call. */
import { Alert, Button, Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Logged } from '@/api/logs';
import { CopyButton, Copyable } from '@/parts/copyable';
import { Fact, Facts } from '@/parts/facts';
import { Mark } from '@/parts/mark';
import { bytes, millis, statusTone } from '@/parts/measure';
import { refusalWords } from '@/words/refusals';
import { exact } from './log_table';
import type { Names } from './names';

export function LogDrawer({ call, names, close }: { call: Logged | null; names: Names; close: () => void }) {
  const { t } = useTranslation('logs');
  return (
    <Drawer
      title={t('drawer.title')}
      open={call !== null}
      onClose={close}
      size={620}
      destroyOnHidden
      extra={call && <CopyButton text={JSON.stringify(call, null, 2)} what={t('drawer.record')} />}
      footer={
        call?.service &&
        call.api && (
          <Link to={`/services/${call.service}/apis/${call.api}/debug`}>
            <Button tabIndex={-1}>{t('drawer.debug')}</Button>
          </Link>
        )
      }
    >
      {call && <Record call={call} names={names} />}
    </Drawer>
  );
}

function Record({ call, names }: { call: Logged; names: Names }) {
  const { t, i18n } = useTranslation(['logs', 'services']);
  const language = i18n.language;
  const refused = call.refusal ? refusalWords(call.refusal) : null;
  return (
    <>
      <p className="log-head">
        <Mark tone={statusTone(call.status)}>
          <b className="figures">{call.status}</b>
        </Mark>
        <span className="mono">
          {call.method} {call.path}
        </span>
      </p>
      {refused && <Alert type="warning" showIcon title={refused.name} description={refused.help} className="log-note" />}
      <Spent call={call} />
      <Facts>
        <Fact name={t('field.requestId')} isWide>
          <Copyable text={call.request_id} what={t('field.requestId')} isWide />
        </Fact>
        <Fact name={t('field.time')} isWide>
          {exact(call.time, language)}
        </Fact>
        <Fact name={t('field.host')} isWide>
          <span className="mono">
            {call.scheme}://{call.host}
          </span>
        </Fact>
        <Fact name={t('field.caller')} isWide>
          <span className="mono">{call.caller}</span>
        </Fact>
        <Fact name={t('field.service')} isWide>
          {call.service ? <Link to={`/services/${call.service}`}>{names.service(call)}</Link> : '–'}
        </Fact>
        <Fact name={t('field.environment')} isWide>
          {call.environment ? t(`services:environment.${call.environment as 'release'}`) : '–'}
        </Fact>
        <Fact name={t('field.api')} isWide>
          {call.service && call.api ? <Link to={`/services/${call.service}/apis/${call.api}`}>{names.api(call)}</Link> : '–'}
        </Fact>
        <Fact name={t('field.key')} isWide>
          {call.key ? <Copyable text={call.key} what={t('field.key')} isWide /> : '–'}
        </Fact>
        <Fact name={t('field.plan')} isWide>
          <span className="mono">{call.usage_plan ?? '–'}</span>
        </Fact>
        {call.refusal && (
          <>
            <Fact name={t('field.refusal')} isWide>
              <span className="mono">{call.refusal}</span>
            </Fact>
            <Fact name={t('field.message')} isWide>
              <span className="mono">{call.message}</span>
            </Fact>
          </>
        )}
        <Fact name={t('field.backend')} isWide>
          <span className="mono">{call.backend ?? '–'}</span>
        </Fact>
        <Fact name={t('field.backendStatus')} isWide>
          {call.backend_status ?? '–'}
        </Fact>
        <Fact name={t('field.sizes')} isWide>
          {t('sizes', { in: bytes(call.bytes_in, language), out: bytes(call.bytes_out, language) })}
        </Fact>
      </Facts>
    </>
  );
}

/** Where the time went. */
function Spent({ call }: { call: Logged }) {
  const { t, i18n } = useTranslation('logs');
  const inBackend = call.backend_total_us ?? 0;
  const first = Math.min(call.backend_us ?? 0, inBackend);
  const connect = Math.min(call.connect_us ?? 0, first);
  const parts = [
    { name: t('spent.gateway'), us: Math.max(0, call.duration_us - inBackend), ink: 'grey' },
    { name: t('spent.connect'), us: connect, ink: 'violet' },
    { name: t('spent.waiting'), us: first - connect, ink: 'amber' },
    { name: t('spent.answer'), us: inBackend - first, ink: 'blue' },
  ].filter((part) => part.us > 0);
  return (
    <section className="spent" aria-label={t('spent.title')}>
      <p className="spent-sum">
        <span>{t('spent.title')}</span>
        <b className="figures">{millis(call.duration_us, i18n.language)}</b>
      </p>
      <div className="spent-bar" aria-hidden="true">
        {parts.map((part) => (
          <span key={part.name} className={`ink-${part.ink}`} style={{ flexGrow: part.us }} />
        ))}
      </div>
      <ul className="chart-legend">
        {parts.map((part) => (
          <li key={part.name} className={`ink-${part.ink}`}>
            <span className="chart-key" aria-hidden="true" />
            {part.name} <span className="figures">{millis(part.us, i18n.language)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

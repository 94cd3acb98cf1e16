/** What is called most, and why calls were refused. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { BusyKind, BusyOne, CallCounts, Range, Scope } from '@/api/traffic';
import { BarList } from '@/parts/chart/bar_list';
import { Section } from '@/parts/facts';
import { millis, percent } from '@/parts/measure';
import { number } from '@/parts/time';
import { refusalWords } from '@/words/refusals';
import { monitoringOf, refusedLogs } from './places';

export function Complaints({ counts, range, scope }: { counts: CallCounts; range: Range; scope: Scope }) {
  const { t, i18n } = useTranslation(['monitoring', 'refusals']);
  const language = i18n.language;
  return (
    <Section title={t('complaints.title')}>
      {counts.refusals.length === 0 ? (
        <p className="quiet">{t('complaints.none')}</p>
      ) : (
        <BarList
          label={t('complaints.title')}
          ink="amber"
          bars={counts.refusals.slice(0, 8).map(({ reason, calls }) => ({
            key: reason,
            name: <Link to={refusedLogs(reason, range, scope)}>{refusalWords(reason).name}</Link>,
            hint: refusalWords(reason).help,
            value: calls,
            words: `${number(calls, language)} · ${percent(calls, counts.calls, language)}`,
          }))}
        />
      )}
    </Section>
  );
}

interface Given {
  of: BusyKind;
  items: BusyOne[];
  range: Range;
  scope: Scope;
  /** Inside of a service its name says nothing. */
  isOfOne?: boolean;
}

export function Busy({ of, items, range, scope, isOfOne }: Given) {
  const { t, i18n } = useTranslation(['monitoring', 'services']);
  const language = i18n.language;
  return (
    <Section title={t(`busy.${of}`)}>
      {items.length === 0 ? (
        <p className="quiet">{t('busy.none')}</p>
      ) : (
        <BarList
          label={t(`busy.${of}`)}
          bars={items.map((one) => ({
            key: [one.service, one.environment, one.api, one.key].join('/'),
            name: <Link to={monitoringOf(one, range, scope)}>{nameOf(of, one, t('busy.gone'))}</Link>,
            hint: [
              !isOfOne && of !== 'service' && one.service_name,
              one.environment && t(`services:environment.${one.environment as 'release'}`),
              t('busy.latency', { p95: millis(one.counts.latency.p95_us, language) }),
            ]
              .filter(Boolean)
              .join(' · '),
            value: one.counts.calls,
            words: number(one.counts.calls, language),
          }))}
        />
      )}
    </Section>
  );
}

function nameOf(of: BusyKind, one: BusyOne, gone: string): string {
  if (of === 'api') return one.api_name ?? `${one.api} (${gone})`;
  if (of === 'key') return one.key_name ?? `${one.key} (${gone})`;
  return one.service_name ?? `${one.service} (${gone})`;
}

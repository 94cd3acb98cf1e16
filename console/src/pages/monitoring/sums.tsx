/** The figures of some calls in one row. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallCounts } from '@/api/traffic';
import { bytes, millis, percent } from '@/parts/measure';
import { number } from '@/parts/time';

export function Sums({ counts }: { counts: CallCounts }) {
  const { t, i18n } = useTranslation('monitoring');
  const language = i18n.language;
  const failed = counts.statuses['4xx'] + counts.statuses['5xx'];
  const has = counts.calls > 0;
  return (
    <dl className="sums card">
      <Sum name={t('sum.calls')} note={t('sum.refused', { calls: number(counts.refused, language) })}>
        {number(counts.calls, language)}
      </Sum>
      <Sum
        name={t('sum.errors')}
        note={t('sum.errorsNote', { caller: number(counts.statuses['4xx'], language), server: number(counts.statuses['5xx'], language) })}
      >
        {percent(failed, counts.calls, language)}
      </Sum>
      <Sum name={t('sum.latency')} note={t('sum.latencyNote', { mean: has ? millis(counts.latency.mean_us, language) : '–' })}>
        {has ? millis(counts.latency.p50_us, language) : '–'}
      </Sum>
      <Sum name={t('sum.slow')} note={t('sum.slowNote', { p99: has ? millis(counts.latency.p99_us, language) : '–' })}>
        {has ? millis(counts.latency.p95_us, language) : '–'}
      </Sum>
      <Sum name={t('sum.traffic')} note={t('sum.trafficNote', { size: bytes(counts.bytes_in, language) })}>
        {bytes(counts.bytes_out, language)}
      </Sum>
    </dl>
  );
}

function Sum({ name, note, children }: { name: string; note: string; children: ReactNode }) {
  return (
    <div className="sum">
      <dt>{name}</dt>
      <dd className="sum-value figures">{children}</dd>
      <dd className="sum-note figures">{note}</dd>
    </div>
  );
}

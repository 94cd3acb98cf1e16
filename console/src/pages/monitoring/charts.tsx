/** The series of some calls as charts. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallCounts, Series } from '@/api/traffic';
import { byteLevels, levels } from '@/parts/chart/scale';
import { type Ink, TimeChart } from '@/parts/chart/time_chart';
import { bytes, millis, short } from '@/parts/measure';

export type ChartName = 'calls' | 'latency' | 'errors' | 'bytes' | 'backend';

interface Plot {
  shape: 'bars' | 'lines';
  series: { name: string; ink: Ink; isDashed?: boolean; of: (counts: CallCounts) => number | null }[];
  unit: 'calls' | 'us' | 'bytes';
}

export function Charts({ series, names }: { series: Series; names: ChartName[] }) {
  const { t, i18n } = useTranslation('monitoring');
  const language = i18n.language;
  const starts = useMemo(() => series.points.map((point) => Date.parse(point.start)), [series]);
  const plots = usePlots();
  const write = { calls: (value: number) => short(value, language), us: (value: number) => millis(value, language), bytes: (value: number) => bytes(value, language) };
  const rule = { calls: (most: number) => levels(most, true), us: (most: number) => levels(most), bytes: (most: number) => byteLevels(most) };
  return (
    <div className="charts">
      {names.map((name) => (
        <TimeChart
          key={name}
          title={t(`chart.${name}`)}
          shape={plots[name].shape}
          starts={starts}
          step={series.step_seconds * 1_000}
          series={plots[name].series.map(({ of, ...one }) => ({ ...one, values: series.points.map(({ counts }) => of(counts)) }))}
          write={write[plots[name].unit]}
          levels={rule[plots[name].unit]}
        />
      ))}
    </div>
  );
}

/** A latency of nothing is none, not zero. */
function measured(calls: (counts: CallCounts) => number, of: (counts: CallCounts) => number) {
  return (counts: CallCounts) => (calls(counts) > 0 ? of(counts) : null);
}

function usePlots(): Record<ChartName, Plot> {
  const { t } = useTranslation('monitoring');
  return {
    calls: {
      shape: 'bars',
      unit: 'calls',
      series: [
        { name: t('series.successful'), ink: 'blue', of: ({ statuses }) => statuses['1xx'] + statuses['2xx'] },
        { name: t('series.redirecting'), ink: 'violet', of: ({ statuses }) => statuses['3xx'] },
        { name: t('series.callerErrors'), ink: 'amber', of: ({ statuses }) => statuses['4xx'] },
        { name: t('series.serverErrors'), ink: 'red', of: ({ statuses }) => statuses['5xx'] },
      ],
    },
    latency: {
      shape: 'lines',
      unit: 'us',
      series: [
        { name: 'p50', ink: 'blue', of: measured((one) => one.calls, (one) => one.latency.p50_us) },
        { name: 'p95', ink: 'amber', of: measured((one) => one.calls, (one) => one.latency.p95_us) },
        { name: 'p99', ink: 'red', isDashed: true, of: measured((one) => one.calls, (one) => one.latency.p99_us) },
      ],
    },
    errors: {
      shape: 'lines',
      unit: 'calls',
      series: [
        { name: t('series.refused'), ink: 'amber', of: (one) => one.refused },
        { name: t('series.backendErrors'), ink: 'red', of: (one) => one.backend_errors },
        { name: t('series.backend404'), ink: 'violet', isDashed: true, of: (one) => one.backend_404 },
        { name: t('series.backend502'), ink: 'grey', isDashed: true, of: (one) => one.backend_502 },
      ],
    },
    bytes: {
      shape: 'lines',
      unit: 'bytes',
      series: [
        { name: t('series.bytesOut'), ink: 'blue', of: (one) => one.bytes_out },
        { name: t('series.bytesIn'), ink: 'green', isDashed: true, of: (one) => one.bytes_in },
      ],
    },
    backend: {
      shape: 'lines',
      unit: 'us',
      series: [
        { name: 'p50', ink: 'blue', of: measured((one) => one.backend_calls, (one) => one.backend_latency.p50_us) },
        { name: 'p95', ink: 'amber', of: measured((one) => one.backend_calls, (one) => one.backend_latency.p95_us) },
        { name: 'p99', ink: 'red', isDashed: true, of: measured((one) => one.backend_calls, (one) => one.backend_latency.p99_us) },
      ],
    },
  };
}

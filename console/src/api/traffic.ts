/** What was called: sums, series and the busiest. */
import { type QueryKey, useQuery } from '@tanstack/react-query';
import { type Shown, api } from './client';
import type { Environment } from './environments';
import { keptWhere } from './kept';

export type CallCounts = Shown<'/api/v1/traffic'>['counts'];
export type Series = Shown<'/api/v1/traffic/series'>;
export type Busiest = Shown<'/api/v1/traffic/top'>;
export type BusyOne = Busiest['items'][number];
export type BusyKind = 'service' | 'environment' | 'api' | 'key';

/** Whose calls are meant; calls are counted by API and by key, not by both. */
export interface Scope {
  service?: string;
  environment?: Environment;
  api?: string;
  key?: string;
}

/** How far back one looks: in seconds, and how often what is shown is asked for anew, in milliseconds. */
export const RANGES = {
  '1h': { seconds: 3_600, refresh: 15_000 },
  '6h': { seconds: 6 * 3_600, refresh: 30_000 },
  '24h': { seconds: 24 * 3_600, refresh: 60_000 },
  '7d': { seconds: 7 * 86_400, refresh: 300_000 },
  '30d': { seconds: 30 * 86_400, refresh: 300_000 },
} as const;
export type Range = keyof typeof RANGES;
export const RANGE_NAMES = Object.keys(RANGES) as Range[];

function since(range: Range): string {
  return new Date(Date.now() - RANGES[range].seconds * 1_000).toISOString();
}

/** What is told of one scope is never shown as that of another. */
function usual<Told>(range: Range, what: string, scope: Scope, ...more: (string | number)[]) {
  const queryKey: QueryKey = ['traffic', what, scope, range, ...more];
  const { refresh } = RANGES[range];
  return { queryKey, staleTime: refresh / 2, refetchInterval: refresh, placeholderData: keptWhere<Told>(queryKey, [2]) };
}

export function useTraffic(range: Range, scope: Scope) {
  return useQuery({
    ...usual<CallCounts>(range, 'sum', scope),
    queryFn: async () => (await api.GET('/api/v1/traffic', { params: { query: { ...scope, from: since(range) } } })).data!.counts,
  });
}

export function useSeries(range: Range, scope: Scope) {
  return useQuery({
    ...usual<Series>(range, 'series', scope),
    queryFn: async () => (await api.GET('/api/v1/traffic/series', { params: { query: { ...scope, from: since(range) } } })).data!,
  });
}

export function useBusiest(of: BusyKind, range: Range, scope: Scope, limit = 8, isWanted = true) {
  return useQuery({
    ...usual<Busiest>(range, 'top', scope, of, limit),
    enabled: isWanted,
    queryFn: async () =>
      (await api.GET('/api/v1/traffic/top', { params: { query: { ...scope, of, limit, from: since(range) } } })).data!,
  });
}

/** What is searched for, as the address of the page says it. */
import { useMemo } from 'react';
import type { LogFilter } from '@/api/logs';
import { useAddress } from '@/parts/address';

export const OUTCOMES = ['2xx', '3xx', '4xx', '5xx', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The conditions that are taken from the address as they stand there. */
const PLAIN = ['q', 'environment', 'api', 'key', 'path', 'refusal', 'request_id', 'method', 'ip'] as const;
type Plain = (typeof PLAIN)[number];

export type Condition = Plain | 'outcome' | 'slower';
export const CONDITIONS: Condition[] = [...PLAIN, 'outcome', 'slower'];

export function useLogFilter(service?: string) {
  const { params, change } = useAddress();
  const text = CONDITIONS.map((name) => params.get(name) ?? '').join('\n');
  const filter = useMemo(() => {
    const said = Object.fromEntries(PLAIN.flatMap((name) => (params.get(name) ? [[name, params.get(name)!]] : [])));
    return { ...said, ...(service && { service }), ...ofOutcome(params.get('outcome')), ...ofSlower(params.get('slower')) } as LogFilter;
    // The address changes with what is none of the search's business, too.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [text, service]);
  const set = (wanted: Partial<Record<Condition, string | undefined>>) => change(wanted);
  return {
    filter,
    set,
    said: (name: Condition) => params.get(name) ?? undefined,
    count: CONDITIONS.filter((name) => params.get(name)).length,
    clear: () => set(Object.fromEntries(CONDITIONS.map((name) => [name, undefined]))),
  };
}

function ofOutcome(outcome: string | null): LogFilter {
  if (outcome === 'refused') return { refused: true };
  const first = OUTCOMES.includes(outcome as Outcome) ? Number(outcome![0]) : 0;
  return first ? { status_min: first * 100, status_max: first * 100 + 99 } : {};
}

/** Milliseconds. */
function ofSlower(slower: string | null): LogFilter {
  return slower && /^\d+$/.test(slower) ? { duration_min_us: Number(slower) * 1_000 } : {};
}

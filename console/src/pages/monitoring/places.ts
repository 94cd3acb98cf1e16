/** Where more is told of some calls, for as long and as narrow as one looks at them here. */
import type { BusyOne, Range, Scope } from '@/api/traffic';

function asked(said: Record<string, string | null | undefined>): string {
  return new URLSearchParams(Object.entries(said).flatMap(([name, value]) => (value ? [[name, value]] : []))).toString();
}

/** The log of the calls that were refused for a reason. */
export function refusedLogs(refusal: string, range: Range, { service, environment, api, key }: Scope): string {
  return `${service ? `/services/${service}` : ''}/logs?${asked({ range, environment, api, key, refusal })}`;
}

/** The monitoring of one of the busiest. */
export function monitoringOf(one: BusyOne, range: Range, scope: Scope): string {
  const { environment, api, key } = one;
  return `/services/${one.service}/monitoring?${asked({ range, environment: environment ?? scope.environment, api, key })}`;
}

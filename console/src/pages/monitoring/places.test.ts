import { expect, test } from 'vitest';
import type { BusyOne } from '@/api/traffic';
import { monitoringOf, refusedLogs } from './places';

test('the log of a complaint is as narrow as what it was seen in', () => {
  const scope = { service: 'service-1', environment: 'test', api: 'api-1' } as const;
  expect(refusedLogs('rate_limited', '7d', scope)).toBe('/services/service-1/logs?range=7d&environment=test&api=api-1&refusal=rate_limited');
  expect(refusedLogs('rate_limited', '1h', {})).toBe('/logs?range=1h&refusal=rate_limited');
});

test('one of the busiest is looked at in the environment that it was busy in', () => {
  const one = { service: 'service-1', environment: null, api: 'api-1', key: null } as BusyOne;
  expect(monitoringOf(one, '24h', { environment: 'prepub' })).toBe('/services/service-1/monitoring?range=24h&environment=prepub&api=api-1');
  expect(monitoringOf(one, '24h', {})).toBe('/services/service-1/monitoring?range=24h&api=api-1');
});

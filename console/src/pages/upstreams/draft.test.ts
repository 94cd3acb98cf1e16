import { expect, test } from 'vitest';
import type { UpstreamValues } from '@/api/upstreams';
import { NEW, draftOf, statuses, valuesOf } from './draft';

const WHOLE: UpstreamValues = {
  name: 'orders',
  description: 'd',
  protocol: 'https',
  balancing: { type: 'consistent_hash', key: { of: 'header', name: 'X-User' } },
  vpc: 'vpc-1',
  retries: 7,
  host: 'orders.internal:8443',
  members: {
    type: 'nodes',
    nodes: [
      { host: '10.0.0.1', port: 80, weight: 10, instance: 'ins-1', labels: ['a'] },
      { host: '::1', port: 81, weight: 0 },
    ],
  },
  health: {
    active: true,
    passive: false,
    healthy: [200, 204],
    unhealthy: [500],
    tcp_failures: 1,
    timeouts: 2,
    http_failures: 0,
    path: '/up',
    timeout: 3,
    interval: 4,
    headers: [['X-Check', 'yes']],
    restore_after: 0,
  },
  tags: [{ key: 'k', value: 'v' }],
  annotations: { a: 'b' },
};

test('editing an upstream without touching it changes nothing', () => {
  expect(valuesOf(draftOf(WHOLE), WHOLE)).toEqual(WHOLE);
  const plain: UpstreamValues = { ...WHOLE, name: null, host: null, health: null, balancing: { type: 'random_two' } };
  expect(valuesOf(draftOf(plain), plain)).toEqual(plain);
});

test('the services of a cluster are kept as they are', () => {
  const members: UpstreamValues['members'] = {
    type: 'kubernetes',
    services: [{ cluster: 'c', namespace: 'n', service: 's', port: 80, weight: 1 }],
  };
  expect(valuesOf({ ...draftOf({ ...WHOLE, members }), retries: 1 }, { ...WHOLE, members }).members).toEqual(members);
});

test('nobody checks where neither kind of check is on', () => {
  expect(valuesOf({ ...NEW, active: false, passive: false }).health).toBeNull();
  expect(valuesOf({ ...NEW, passive: true }).health).toMatchObject({ passive: true, restore_after: 30, healthy: [200, 201, 202] });
});

test('statuses are numbers in a text', () => {
  expect(statuses('200, 201，202  203')).toEqual([200, 201, 202, 203]);
});

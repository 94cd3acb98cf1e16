/** An upstream as the form's fields hold it, and as the gateway does. What the form does not show is kept as it was. */
import type { HealthCheck, UpstreamValues } from '@/api/upstreams';

export const PROTOCOLS = ['http', 'https', 'grpc', 'grpcs'] as const satisfies UpstreamValues['protocol'][];
export const ALGORITHMS = ['round_robin', 'least_requests', 'random_two', 'consistent_hash'] as const satisfies Algorithm[];
export const HASH_KEYS = ['caller_address', 'path', 'header'] as const satisfies HashOf[];

export type Algorithm = UpstreamValues['balancing']['type'];
export type HashOf = Extract<UpstreamValues['balancing'], { type: 'consistent_hash' }>['key']['of'];

export interface DraftNode {
  host: string;
  port: number | null;
  weight: number | null;
}

export interface Draft {
  name: string;
  description: string;
  protocol: UpstreamValues['protocol'];
  algorithm: Algorithm;
  hashOf: HashOf;
  hashHeader: string;
  retries: number;
  host: string;
  nodes: DraftNode[];
  active: boolean;
  passive: boolean;
  healthy: string;
  unhealthy: string;
  tcpFailures: number;
  timeouts: number;
  httpFailures: number;
  path: string;
  timeout: number;
  interval: number;
  restoreAfter: number;
  headers: { name: string; value: string }[];
}

export const NEW_NODE: DraftNode = { host: '', port: 80, weight: 10 };

export const NEW: Draft = {
  name: '',
  description: '',
  protocol: 'http',
  algorithm: 'round_robin',
  hashOf: 'caller_address',
  hashHeader: '',
  retries: 3,
  host: '',
  nodes: [NEW_NODE],
  active: false,
  passive: false,
  healthy: '200, 201, 202',
  unhealthy: '500, 502, 503, 504',
  tcpFailures: 5,
  timeouts: 5,
  httpFailures: 3,
  path: '/',
  timeout: 5,
  interval: 5,
  restoreAfter: 30,
  headers: [],
};

/** Whether the form shows where the nodes come from; those of a cluster are kept as they are. */
export function areNodesShown(before: UpstreamValues | undefined): boolean {
  return !before || before.members.type === 'nodes';
}

export function draftOf(upstream: UpstreamValues): Draft {
  const { balancing, members, health } = upstream;
  const hash = balancing.type === 'consistent_hash' ? balancing.key : undefined;
  return {
    ...NEW,
    name: upstream.name ?? '',
    description: upstream.description ?? '',
    protocol: upstream.protocol,
    algorithm: balancing.type,
    hashOf: hash?.of ?? NEW.hashOf,
    hashHeader: hash?.of === 'header' ? hash.name : '',
    retries: upstream.retries ?? NEW.retries,
    host: upstream.host ?? '',
    nodes: members.type === 'nodes' ? members.nodes.map(({ host, port, weight }) => ({ host, port, weight })) : [],
    ...(health && {
      active: health.active,
      passive: health.passive,
      healthy: health.healthy.join(', '),
      unhealthy: health.unhealthy.join(', '),
      tcpFailures: health.tcp_failures,
      timeouts: health.timeouts,
      httpFailures: health.http_failures,
      path: health.path,
      timeout: health.timeout,
      interval: health.interval,
      restoreAfter: health.restore_after,
      headers: health.headers.map(([name, value]) => ({ name, value })),
    }),
  };
}

/** What the gateway is told; `before` is the upstream that is edited. */
export function valuesOf(draft: Draft, before?: UpstreamValues): UpstreamValues {
  const kept = before?.members.type === 'nodes' ? before.members.nodes : [];
  return {
    name: draft.name || null,
    description: draft.description,
    protocol: draft.protocol,
    balancing: balancingOf(draft),
    vpc: before?.vpc,
    retries: draft.retries,
    host: draft.host || null,
    members: areNodesShown(before)
      ? {
          type: 'nodes',
          nodes: draft.nodes.map(({ host, port, weight }) => ({
            ...kept.find((one) => one.host === host && one.port === port),
            host,
            port: port!,
            weight: weight!,
          })),
        }
      : before!.members,
    health: draft.active || draft.passive ? healthOf(draft) : null,
    tags: before?.tags,
    annotations: before?.annotations,
  };
}

function balancingOf({ algorithm, hashOf, hashHeader }: Draft): UpstreamValues['balancing'] {
  if (algorithm !== 'consistent_hash') return { type: algorithm };
  return { type: algorithm, key: hashOf === 'header' ? { of: hashOf, name: hashHeader } : { of: hashOf } };
}

function healthOf(draft: Draft): HealthCheck {
  return {
    active: draft.active,
    passive: draft.passive,
    healthy: statuses(draft.healthy),
    unhealthy: statuses(draft.unhealthy),
    tcp_failures: draft.tcpFailures,
    timeouts: draft.timeouts,
    http_failures: draft.httpFailures,
    path: draft.path,
    timeout: draft.timeout,
    interval: draft.interval,
    restore_after: draft.restoreAfter,
    headers: draft.headers.map(({ name, value }) => [name, value ?? '']),
  };
}

/** The numbers in a text like `200, 201`. */
export function statuses(text: string): number[] {
  return text.split(/[\s,，]+/).filter(Boolean).map(Number);
}

/** How the nodes of an upstream are, in words. */
import { useTranslation } from 'react-i18next';
import type { NodeState, Upstream } from '@/api/upstreams';
import { Mark, type Tone } from '@/parts/mark';

const TONES: Record<NodeState['health'], Tone> = { healthy: 'good', unhealthy: 'bad', unknown: 'quiet', unchecked: 'quiet' };

export function Health({ health }: { health: NodeState['health'] }) {
  const { t } = useTranslation('upstreams');
  return <Mark tone={TONES[health]}>{t(`health.${health}`)}</Mark>;
}

/** All nodes in a word: the worst that there is to tell, and how many there are. */
export function NodesInShort({ upstream }: { upstream: Upstream }) {
  const { t } = useTranslation('upstreams');
  const count = upstream.nodes.length;
  const of = (health: NodeState['health']) => upstream.nodes.filter((node) => node.health === health).length;
  const sick = of('unhealthy');
  if (sick > 0) return <Mark tone={sick === count ? 'bad' : 'warn'}>{t('nodes.sick', { count: sick, all: count })}</Mark>;
  if (count > 0 && of('healthy') === count) return <Mark tone="good">{t('nodes.healthy', { count })}</Mark>;
  return <Mark tone="quiet">{t('nodes.count', { count })}</Mark>;
}

/** A host and a port as one. */
export function address({ host, port }: { host: string; port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The kinds of plugins in words. */
import i18next from 'i18next';
import type { PluginKind } from '@/api/plugins';

/** What a kind is called; one that the console does not know yet by the gateway's own name. */
export function kindWords(kind: PluginKind): string {
  return known('kind', kind) ?? kind;
}

/** What a kind does. */
export function aboutKind(kind: PluginKind): string | undefined {
  return known('about', kind);
}

function known(group: 'kind' | 'about', kind: PluginKind): string | undefined {
  const key = `plugins:${group}.${kind}`;
  return i18next.exists(key) ? i18next.t(key as 'plugins:kind.routing') : undefined;
}

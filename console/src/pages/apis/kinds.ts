/** The kinds of authentication and of backends in words; a kind that the console does not know yet by its own name. */
import i18next from 'i18next';
import type { ApiSummary } from '@/api/apis';

/** The name of a kind of authentication: the word itself, or the key of what belongs to it. */
export function authKind(auth: ApiSummary['auth']): string {
  return typeof auth === 'string' ? auth : (Object.keys(auth)[0] ?? '');
}

export function authWords(auth: ApiSummary['auth']): string {
  return known('auth', authKind(auth));
}

export function backendWords(backend: string): string {
  return known('backend', backend);
}

function known(group: 'auth' | 'backend', kind: string): string {
  const key = `apis:${group}.${kind}`;
  return i18next.exists(key) ? i18next.t(key as 'apis:auth.none') : kind;
}

/** The key pairs that callers sign with. */
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, api, asked, nextOf, page } from './client';
import type { components } from './native';

export type Key = Listed<'/api/v1/keys'>;
export type Pair = components['schemas']['Pair'];
export type NewKey = components['schemas']['NewKey'];

export function useKeys(state: Asked, limit?: number) {
  return useQuery({
    queryKey: ['keys', 'list', state.q, state.page, limit],
    placeholderData: keepPreviousData,
    queryFn: async () => page((await api.GET('/api/v1/keys', { params: { query: asked(state, limit) } })).data!),
  });
}

/** The keys that match, more of them when they are asked for. */
export function useKeyChoices(q: string) {
  return useInfiniteQuery({
    queryKey: ['keys', 'choices', q],
    // Whoever opens a dialog chooses from what there is now.
    staleTime: 0,
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: nextOf,
    queryFn: async ({ pageParam }) =>
      page((await api.GET('/api/v1/keys', { params: { query: asked({ q, page: pageParam }) } })).data!),
  });
}

/** The secret half, for once: it is kept nowhere. The audit trail notes that it was shown. */
export async function revealSecret(key: string): Promise<string> {
  return (await api.POST('/api/v1/keys/{key}/reveal', { params: { path: { key } } })).data!.secret;
}

export function useCreateKey() {
  return useChange(async (body: NewKey): Promise<Pair> => (await api.POST('/api/v1/keys', { body })).data!);
}

export function useEnableKey() {
  return useChange(({ key, enabled }: { key: Key; enabled: boolean }) =>
    api.PATCH('/api/v1/keys/{key}', { params: { path: { key: key.id }, header: { 'If-Match': '*' } }, body: { enabled } }),
  );
}

/** Gives the pair another secret: the given one, or one that the gateway draws. */
export function useRotateKey() {
  return useChange(
    async ({ key, secret }: { key: Key; secret?: string }): Promise<Pair> =>
      (await api.POST('/api/v1/keys/{key}/rotate', { params: { path: { key: key.id } }, body: { secret } })).data!,
  );
}

export function useDeleteKey() {
  return useChange((key: Key) =>
    api.DELETE('/api/v1/keys/{key}', { params: { path: { key: key.id }, header: { 'If-Match': '*' } } }),
  );
}

function useChange<Wanted, Answer>(act: (wanted: Wanted) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () =>
      Promise.all([queries.invalidateQueries({ queryKey: ['keys'] }), queries.invalidateQueries({ queryKey: ['plans'] })]),
  });
}

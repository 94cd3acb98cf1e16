/** Upstreams: nodes that answer alike, and how they are. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Marked, api, asked, marked, page } from './client';
import type { components } from './native';

export type Upstream = components['schemas']['UpstreamView'];
type Page = components['schemas']['Page_UpstreamView'];
export type UpstreamValues = components['schemas']['UpstreamValues'];
export type NodeState = components['schemas']['NodeState'];
export type HealthCheck = components['schemas']['HealthCheck'];

export function useUpstreams(state: Asked, limit?: number) {
  return useQuery({
    queryKey: ['upstreams', 'list', state.q, state.page, limit],
    placeholderData: keepPreviousData,
    // How nodes are changes without anybody's doing.
    refetchInterval: 10_000,
    queryFn: async () => page((await api.GET('/api/v1/upstreams', { params: { query: asked(state, limit) } })).data as Page),
  });
}

/** `isWatched` asks again and again: how nodes are changes without anybody's doing. */
export function useUpstream(upstream: string | undefined, isWatched = false) {
  return useQuery({
    queryKey: ['upstreams', upstream],
    enabled: Boolean(upstream),
    refetchInterval: isWatched ? 5_000 : false,
    queryFn: () => shown(upstream!),
  });
}

/** As it is stored now, to be edited: nothing of it is remembered from before. */
export function useUpstreamToEdit(upstream: string | undefined) {
  return useQuery({
    queryKey: ['upstreams', upstream, 'to edit'],
    enabled: Boolean(upstream),
    gcTime: 0,
    queryFn: () => shown(upstream!),
  });
}

/** Makes an upstream, or gives the one that was loaded other values. */
export function useSaveUpstream(before?: Marked<Upstream>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: UpstreamValues): Promise<Upstream> => {
      if (!before) return (await api.POST('/api/v1/upstreams', { body })).data as Upstream;
      const params = { path: { upstream: before.value.id }, header: { 'If-Match': before.etag } };
      return (await api.PUT('/api/v1/upstreams/{upstream}', { params, body })).data as Upstream;
    },
    // Also when it was refused: whoever begins anew begins with what is stored now.
    onSettled: () => queries.invalidateQueries({ queryKey: ['upstreams'] }),
  });
}

export function useDeleteUpstream() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (upstream: string) =>
      api.DELETE('/api/v1/upstreams/{upstream}', { params: { path: { upstream }, header: { 'If-Match': '*' } } }),
    onSuccess: (_, upstream) => queries.removeQueries({ queryKey: ['upstreams', upstream] }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['upstreams', 'list'] }),
  });
}

async function shown(upstream: string): Promise<Marked<Upstream>> {
  return marked<Upstream>(await api.GET('/api/v1/upstreams/{upstream}', { params: { path: { upstream } } }));
}

/** APIs of a service. */
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, type Marked, type Shown, api, asked, marked, nextOf, page } from './client';
import type { Definition } from './definition';

export type ApiSummary = Listed<'/api/v1/services/{service}/apis'>;
export type Api = Shown<'/api/v1/services/{service}/apis/{api}'>;

export function useApis(service: string, state: Asked, limit?: number, isWanted = true) {
  return useQuery({
    queryKey: ['services', service, 'apis', 'list', state.q, state.page, limit],
    enabled: isWanted,
    placeholderData: keepPreviousData,
    queryFn: async () =>
      page((await api.GET('/api/v1/services/{service}/apis', { params: { path: { service }, query: asked(state, limit) } })).data!),
  });
}

/** The APIs that match, more of them when they are asked for. */
export function useApiChoices(service: string, q: string) {
  return useInfiniteQuery({
    queryKey: ['services', service, 'apis', 'choices', q],
    // Whoever opens a dialog chooses from what there is now.
    staleTime: 0,
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: nextOf,
    queryFn: async ({ pageParam }) =>
      page(
        (
          await api.GET('/api/v1/services/{service}/apis', {
            params: { path: { service }, query: asked({ q, page: pageParam }) },
          })
        ).data!,
      ),
  });
}

export function useApi(service: string, id: string) {
  return useQuery({ queryKey: ['services', service, 'apis', id], queryFn: () => shown(service, id) });
}

/** As it is stored now, to be edited: nothing of it is remembered from before. */
export function useApiToEdit(service: string, id: string | undefined) {
  return useQuery({
    queryKey: ['services', service, 'apis', id, 'to edit'],
    enabled: Boolean(id),
    gcTime: 0,
    queryFn: () => shown(service, id!),
  });
}

/** Makes an API, or gives the one that was loaded another definition. */
export function useSaveApi(service: string, before?: Marked<Api>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: Definition): Promise<Api> => {
      if (!before) {
        return (await api.POST('/api/v1/services/{service}/apis', { params: { path: { service } }, body })).data as Api;
      }
      const params = { path: { service, api: before.value.id }, header: { 'If-Match': before.etag } };
      return (await api.PUT('/api/v1/services/{service}/apis/{api}', { params, body })).data as Api;
    },
    // Also when it was refused: whoever begins anew begins with what is stored now.
    onSettled: () => queries.invalidateQueries({ queryKey: ['services'] }),
  });
}

export function useDeleteApi(service: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/v1/services/{service}/apis/{api}', { params: { path: { service, api: id }, header: { 'If-Match': '*' } } }),
    onSuccess: (_, id) => {
      queries.removeQueries({ queryKey: ['services', service, 'apis', id] });
      return queries.invalidateQueries({ queryKey: ['services'] });
    },
  });
}

async function shown(service: string, id: string): Promise<Marked<Api>> {
  return marked<Api>(await api.GET('/api/v1/services/{service}/apis/{api}', { params: { path: { service, api: id } } }));
}

/** Services. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, type Marked, api, asked, marked, page, seenMark } from './client';

export type Service = Listed<'/api/v1/services'>;

export interface ServiceValues {
  name: string;
  protocol: Service['protocol'];
  description?: string;
}

export function useServices(state: Asked, limit?: number) {
  return useQuery({
    queryKey: ['services', 'list', state.q, state.page, limit],
    placeholderData: keepPreviousData,
    queryFn: async () => page((await api.GET('/api/v1/services', { params: { query: asked(state, limit) } })).data!),
  });
}

export function useService(service: string) {
  return useQuery({
    queryKey: ['services', service],
    queryFn: () => shown(service),
  });
}

/** Makes a service, or changes the given one; refused when somebody else was first. */
export function useSaveService(before?: Service) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: ServiceValues): Promise<Service> => {
      if (!before) return (await api.POST('/api/v1/services', { body })).data!;
      const mark = seenMark(before, await shown(before.id), 'modified');
      const params = { path: { service: before.id }, header: { 'If-Match': mark } };
      return (await api.PATCH('/api/v1/services/{service}', { params, body })).data!;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['services'] }),
  });
}

export function useDeleteService() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (service: Service) =>
      api.DELETE('/api/v1/services/{service}', { params: { path: { service: service.id }, header: { 'If-Match': '*' } } }),
    onSuccess: (_, service) => queries.removeQueries({ queryKey: ['services', service.id] }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['services', 'list'] }),
  });
}

async function shown(service: string): Promise<Marked<Service>> {
  return marked<Service>(await api.GET('/api/v1/services/{service}', { params: { path: { service } } }));
}

/** IP strategies of a service, and the APIs that they decide for. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, api, asked, marked, page, seenMark } from './client';
import type { Environment } from './environments';
import type { components } from './native';

export type Strategy = Listed<'/api/v1/services/{service}/ip-strategies'>;
export type StrategyValues = components['schemas']['IpStrategyValues'];
export type StrategyBinding = Listed<'/api/v1/services/{service}/ip-strategies/{strategy}/bindings'>;

export function useStrategies(service: string, state: Asked) {
  return useQuery({
    queryKey: ['strategies', service, 'list', state.q, state.page],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      page((await api.GET('/api/v1/services/{service}/ip-strategies', { params: { path: { service }, query: asked(state) } })).data!),
  });
}

/** Makes a strategy, or gives the given one other values; refused when somebody else was first. */
export function useSaveStrategy(service: string, before?: Strategy) {
  return useChange(service, async (body: StrategyValues) => {
    if (!before) return api.POST('/api/v1/services/{service}/ip-strategies', { params: { path: { service } }, body });
    const path = { service, strategy: before.id };
    const now = marked<Strategy>(await api.GET('/api/v1/services/{service}/ip-strategies/{strategy}', { params: { path } }));
    const header = { 'If-Match': seenMark(before, now, 'modified') };
    return api.PUT('/api/v1/services/{service}/ip-strategies/{strategy}', { params: { path, header }, body });
  });
}

export function useDeleteStrategy(service: string) {
  return useChange(service, (strategy: string) =>
    api.DELETE('/api/v1/services/{service}/ip-strategies/{strategy}', {
      params: { path: { service, strategy }, header: { 'If-Match': '*' } },
    }),
  );
}

export function useStrategyBindings(service: string, strategy: string) {
  return useQuery({
    queryKey: ['strategies', service, strategy, 'bindings'],
    queryFn: async () =>
      (
        await api.GET('/api/v1/services/{service}/ip-strategies/{strategy}/bindings', {
          params: { path: { service, strategy }, query: { limit: 500 } },
        })
      ).data!.items,
  });
}

export function useBindStrategy(service: string, strategy: string) {
  return useChange(service, (body: { environment: Environment; apis: string[] }) =>
    api.POST('/api/v1/services/{service}/ip-strategies/{strategy}/bindings', { params: { path: { service, strategy } }, body }),
  );
}

export function useUnbindStrategy(service: string) {
  return useChange(service, ({ strategy, environment, api: one }: StrategyBinding) =>
    api.DELETE('/api/v1/services/{service}/ip-strategies/{strategy}/bindings/{environment}/{api}', {
      params: { path: { service, strategy, environment, api: one } },
    }),
  );
}

function useChange<Wanted, Answer>(service: string, act: (wanted: Wanted) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries({ queryKey: ['strategies', service] }) });
}

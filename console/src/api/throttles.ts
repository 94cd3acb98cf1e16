/** How many calls per second environments admit, and single APIs there. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, api, asked, page } from './client';
import type { Environment } from './environments';
import { keptWhere } from './kept';

export type ApiThrottle = Listed<'/api/v1/services/{service}/environments/{environment}/throttles'>;

export function useApiThrottles(service: string, environment: Environment, state: Asked) {
  const queryKey = ['services', service, 'throttles', environment, state.q, state.page];
  return useQuery({
    queryKey,
    placeholderData: keptWhere(queryKey, [1, 3]),
    queryFn: async () =>
      page(
        (
          await api.GET('/api/v1/services/{service}/environments/{environment}/throttles', {
            params: { path: { service, environment }, query: asked(state, 20) },
          })
        ).data!,
      ),
  });
}

export function useSetEnvironmentRate(service: string) {
  return useChange(({ environment, rate }: { environment: Environment; rate: number }) =>
    api.PUT('/api/v1/services/{service}/environments/{environment}/throttle', {
      params: { path: { service, environment }, header: { 'If-Match': '*' } },
      body: { rate },
    }),
  );
}

/** `null` takes the bound away. */
export function useSetApiRate(service: string) {
  return useChange(({ throttle, rate }: { throttle: ApiThrottle; rate: number | null }) =>
    api.PUT('/api/v1/services/{service}/environments/{environment}/throttles/{api}', {
      params: { path: { service, environment: throttle.environment, api: throttle.api }, header: { 'If-Match': '*' } },
      body: { rate },
    }),
  );
}

function useChange<Wanted, Answer>(act: (wanted: Wanted) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries({ queryKey: ['services'] }) });
}

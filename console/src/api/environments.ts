/** What the environments of a service run: releases, switches, differences. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, type Shown, api, asked, page } from './client';

export type EnvironmentState = Listed<'/api/v1/services/{service}/environments'>;
export type Environment = EnvironmentState['name'];
export type Release = Listed<'/api/v1/services/{service}/releases'>;
export type ReleaseEvent = Listed<'/api/v1/services/{service}/history'>;
export type Diff = Shown<'/api/v1/services/{service}/diff'>;

/** APIs in an environment of a service, as what is put on them takes them. */
export interface ApisOfService {
  service: string;
  environment: Environment;
  apis: string[];
}

/** In the order in which a change travels. */
export const ENVIRONMENTS = ['test', 'prepub', 'release'] as const satisfies Environment[];

export function useReleases(service: string, state: Omit<Asked, 'q'>, limit?: number) {
  return useQuery({
    queryKey: ['services', service, 'releases', state.page, limit],
    queryFn: async () =>
      page(
        (
          await api.GET('/api/v1/services/{service}/releases', {
            params: { path: { service }, query: asked({ q: '', page: state.page }, limit) },
          })
        ).data!,
      ),
  });
}

export function useHistory(service: string, state: Omit<Asked, 'q'>, limit?: number) {
  return useQuery({
    queryKey: ['services', service, 'history', state.page, limit],
    queryFn: async () =>
      page(
        (
          await api.GET('/api/v1/services/{service}/history', {
            params: { path: { service }, query: asked({ q: '', page: state.page }, limit) },
          })
        ).data!,
      ),
  });
}

/** A state of a service, in the words of the `diff`: `working`, `environment:NAME`, `version:NAME`. */
export function useDiff(service: string, from: string, to: string) {
  return useQuery({
    queryKey: ['services', service, 'diff', from, to],
    staleTime: 0,
    queryFn: async () =>
      (await api.GET('/api/v1/services/{service}/diff', { params: { path: { service }, query: { from, to } } })).data as Diff,
  });
}

export function usePublish(service: string) {
  return useChange((body: { environment: Environment; description: string }) =>
    api.POST('/api/v1/services/{service}/releases', { params: { path: { service } }, body }),
  );
}

export function useSwitch(service: string, environment: Environment) {
  return useChange((body: { version: string; description?: string }) =>
    api.PUT('/api/v1/services/{service}/environments/{environment}/release', {
      params: { path: { service, environment }, header: { 'If-Match': '*' } },
      body,
    }),
  );
}

export function useTakeOffline(service: string) {
  return useChange((environment: Environment) =>
    api.DELETE('/api/v1/services/{service}/environments/{environment}/release', {
      params: { path: { service, environment }, header: { 'If-Match': '*' } },
    }),
  );
}

function useChange<Wanted>(act: (wanted: Wanted) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries({ queryKey: ['services'] }) });
}

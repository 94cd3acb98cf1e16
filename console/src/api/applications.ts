/** Applications: who calls in a name of its own, and what it may call. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, type Marked, api, asked, marked, page, seenMark } from './client';
import type { ApisOfService } from './environments';
import type { components } from './native';

export type Application = Listed<'/api/v1/applications'>;
export type ApplicationPair = components['schemas']['ApplicationPair'];
export type MayCall = Listed<'/api/v1/applications/{application}/bindings'>;

export interface ApplicationValues {
  name: string;
  description?: string;
}

export function useApplications(state: Asked) {
  return useQuery({
    queryKey: ['applications', 'list', state.q, state.page],
    placeholderData: keepPreviousData,
    queryFn: async () => page((await api.GET('/api/v1/applications', { params: { query: asked(state) } })).data!),
  });
}

export function useApplication(application: string) {
  return useQuery({ queryKey: ['applications', application], queryFn: () => shown(application) });
}

export function useCreateApplication() {
  return useChange(async (body: ApplicationValues): Promise<ApplicationPair> => (await api.POST('/api/v1/applications', { body })).data!);
}

/** Changes an application as it was seen; refused when somebody else was first. */
export function useEditApplication(before: Application) {
  return useChange(async (body: ApplicationValues) => {
    const mark = seenMark(before, await shown(before.id), 'modified');
    const params = { path: { application: before.id }, header: { 'If-Match': mark } };
    return api.PATCH('/api/v1/applications/{application}', { params, body });
  });
}

export function useDeleteApplication() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (application: string) =>
      api.DELETE('/api/v1/applications/{application}', { params: { path: { application }, header: { 'If-Match': '*' } } }),
    onSuccess: (_, application) => queries.removeQueries({ queryKey: ['applications', application] }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['applications', 'list'] }),
  });
}

/** The secret half, for once: it is kept nowhere. The audit trail notes that it was shown. */
export async function revealApplication(application: string): Promise<string> {
  return (await api.POST('/api/v1/applications/{application}/reveal', { params: { path: { application } } })).data!.secret;
}

/** Another pair: the given halves; where one is not given, the key stays and the secret is drawn by the gateway. */
export function useRotateApplication(application: string) {
  return useChange(
    async (body: { key?: string; secret?: string }): Promise<ApplicationPair> =>
      (await api.POST('/api/v1/applications/{application}/rotate', { params: { path: { application } }, body })).data!,
  );
}

export function useMayCall(application: string, state: Asked) {
  return useQuery({
    queryKey: ['applications', application, 'bindings', state.page],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      page(
        (
          await api.GET('/api/v1/applications/{application}/bindings', {
            params: { path: { application }, query: asked({ q: '', page: state.page }) },
          })
        ).data!,
      ),
  });
}

/** The applications that may call an API, in all environments. */
export function useApplicationsOfApi(service: string, apiId: string) {
  return useQuery({
    queryKey: ['applications', 'of', service, apiId],
    queryFn: async () =>
      (
        await api.GET('/api/v1/services/{service}/applications', {
          params: { path: { service }, query: { api: apiId, limit: 500 } },
        })
      ).data!.items,
  });
}

export function useBindApplication(application: string) {
  return useChange((body: ApisOfService) =>
    api.POST('/api/v1/applications/{application}/bindings', { params: { path: { application } }, body }),
  );
}

export function useUnbindApplication() {
  return useChange(({ application, service, environment, api: one }: MayCall) =>
    api.DELETE('/api/v1/applications/{application}/bindings/{service}/{environment}/{api}', {
      params: { path: { application, service, environment, api: one } },
    }),
  );
}

async function shown(application: string): Promise<Marked<Application>> {
  return marked<Application>(await api.GET('/api/v1/applications/{application}', { params: { path: { application } } }));
}

function useChange<Wanted, Answer>(act: (wanted: Wanted) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries({ queryKey: ['applications'] }) });
}

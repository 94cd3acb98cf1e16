/** Usage plans, and what is bound to them: keys on one side, environments and APIs on the other. */
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, type Marked, api, asked, marked, nextOf, page, seenMark } from './client';
import type { Environment } from './environments';
import type { components } from './native';

export type Plan = Listed<'/api/v1/usage-plans'>;
export type PlanKey = Listed<'/api/v1/usage-plans/{plan}/keys'>;
export type Binding = Listed<'/api/v1/usage-plans/{plan}/bindings'>;
export type PlanValues = components['schemas']['NewPlan'];

export function usePlans(state: Asked, limit?: number) {
  return useQuery({
    queryKey: ['plans', 'list', state.q, state.page, limit],
    placeholderData: keepPreviousData,
    queryFn: async () => page((await api.GET('/api/v1/usage-plans', { params: { query: asked(state, limit) } })).data!),
  });
}

/** The plans that match, more of them when they are asked for. */
export function usePlanChoices(q: string) {
  return useInfiniteQuery({
    queryKey: ['plans', 'choices', q],
    // Whoever opens a dialog chooses from what there is now.
    staleTime: 0,
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: nextOf,
    queryFn: async ({ pageParam }) =>
      page((await api.GET('/api/v1/usage-plans', { params: { query: asked({ q, page: pageParam }) } })).data!),
  });
}

export function usePlan(plan: string) {
  return useQuery({ queryKey: ['plans', plan], queryFn: () => shown(plan) });
}

/** Makes a plan, or changes the given one; refused when somebody else was first. */
export function useSavePlan(before?: Plan) {
  return useChange(async (body: PlanValues): Promise<Plan> => {
    if (!before) return (await api.POST('/api/v1/usage-plans', { body })).data!;
    const mark = seenMark(before, await shown(before.id), 'modified');
    const params = { path: { plan: before.id }, header: { 'If-Match': mark } };
    return (await api.PATCH('/api/v1/usage-plans/{plan}', { params, body })).data!;
  });
}

export function useDeletePlan() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (plan: string) =>
      api.DELETE('/api/v1/usage-plans/{plan}', { params: { path: { plan }, header: { 'If-Match': '*' } } }),
    onSuccess: (_, plan) => queries.removeQueries({ queryKey: ['plans', plan] }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['plans', 'list'] }),
  });
}

export function usePlanKeys(plan: string, state: Asked) {
  return useQuery({
    queryKey: ['plans', plan, 'keys', state.q, state.page],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      page((await api.GET('/api/v1/usage-plans/{plan}/keys', { params: { path: { plan }, query: asked(state) } })).data!),
  });
}

export function useBindKeys(plan: string) {
  return useChange((keys: string[]) => api.POST('/api/v1/usage-plans/{plan}/keys', { params: { path: { plan } }, body: { keys } }));
}

export function useUnbindKey(plan: string) {
  return useChange((key: string) =>
    api.DELETE('/api/v1/usage-plans/{plan}/keys/{key}', { params: { path: { plan, key } } }),
  );
}

export function usePlanBindings(plan: string, state: Asked) {
  return useQuery({
    queryKey: ['plans', plan, 'bindings', state.page],
    queryFn: async () =>
      page(
        (await api.GET('/api/v1/usage-plans/{plan}/bindings', { params: { path: { plan }, query: asked({ q: '', page: state.page }) } })).data!,
      ),
  });
}

/** What rules a service: each plan with each environment and API of it. */
export function useServiceBindings(service: string, state: Asked) {
  return useQuery({
    queryKey: ['plans', 'of', service, state.page],
    queryFn: async () =>
      page(
        (
          await api.GET('/api/v1/services/{service}/bindings', {
            params: { path: { service }, query: asked({ q: '', page: state.page }) },
          })
        ).data!,
      ),
  });
}

export interface Bound {
  service: string;
  environment: Environment;
  /** These APIs, each by itself; none for all of the environment. */
  apis?: string[];
}

/** Binds plans one after the other; those before the one that is refused stay bound, and the lists show it. */
export function useBindEnvironment() {
  return useChange(async ({ plans, ...body }: Bound & { plans: string[] }) => {
    for (const plan of plans) await api.POST('/api/v1/usage-plans/{plan}/bindings', { params: { path: { plan } }, body });
  });
}

export function useUnbindEnvironment() {
  return useChange(({ plan, service, environment, api: one }: Binding) =>
    one
      ? api.DELETE('/api/v1/usage-plans/{plan}/bindings/{service}/{environment}/{api}', {
          params: { path: { plan, service, environment, api: one } },
        })
      : api.DELETE('/api/v1/usage-plans/{plan}/bindings/{service}/{environment}', {
          params: { path: { plan, service, environment } },
        }),
  );
}

/** Lets a plan that rules all of an environment rule each API that runs there by itself instead. */
export function useDemote() {
  return useChange(({ plan, service, environment }: Binding) =>
    api.POST('/api/v1/usage-plans/{plan}/bindings/{service}/{environment}/demote', {
      params: { path: { plan, service, environment } },
    }),
  );
}

async function shown(plan: string): Promise<Marked<Plan>> {
  return marked<Plan>(await api.GET('/api/v1/usage-plans/{plan}', { params: { path: { plan } } }));
}

function useChange<Wanted, Answer>(act: (wanted: Wanted) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () =>
      Promise.all([queries.invalidateQueries({ queryKey: ['plans'] }), queries.invalidateQueries({ queryKey: ['keys'] })]),
  });
}

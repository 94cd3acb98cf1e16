/** Debug calls: real ones through the data plane, with everything that became of them. */
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type { Environment } from './environments';
import { api } from './client';
import { keptWhere } from './kept';
import type { components } from './native';

export type DebugWish = components['schemas']['NewDebugCall'];
export type Debugged = components['schemas']['Debugged'];
export type Decision = Debugged['decisions'][number];
export type Command = Debugged['commands'][number];

/** A key to sign with. */
export interface KeyChoice {
  id: string;
  name: string;
  enabled: boolean;
  /** It is in a usage plan that rules the API. */
  isBound: boolean;
}

export function useDebugCall() {
  return useMutation({
    mutationFn: async (body: DebugWish): Promise<Debugged> => (await api.POST('/api/v1/debug', { body })).data!,
  });
}

/** As many as the gateway tells at once; the others are found by what is written. */
const MOST = 500;

/** The keys that hold `q`, those first that may call the API. */
export function useKeyChoices(service: string, environment: Environment, apiId: string, q: string) {
  const queryKey = ['keys', 'choices', service, environment, apiId, q];
  return useQuery({
    queryKey,
    placeholderData: keptWhere<KeyChoice[]>(queryKey, [2, 3, 4]),
    queryFn: async (): Promise<KeyChoice[]> => {
      const [keys, bindings] = await Promise.all([
        api.GET('/api/v1/keys', { params: { query: { limit: MOST, ...(q && { q }) } } }),
        api.GET('/api/v1/services/{service}/bindings', {
          params: { path: { service }, query: { environment, limit: MOST } },
        }),
      ]);
      const rules = bindings.data!.items.filter((one) => one.api === null || one.api === apiId).map((one) => one.plan);
      return keys
        .data!.items.map(({ id, name, enabled, plans }) => ({
          id,
          name,
          enabled,
          isBound: plans.some((plan) => rules.includes(plan.id)),
        }))
        .sort((a, b) => Number(b.isBound) - Number(a.isBound));
    },
  });
}

/** The keys whose name or identifier holds `q`. */
export function useKeyNames(q: string) {
  return useQuery({
    queryKey: ['keys', 'names', q],
    placeholderData: keepPreviousData,
    queryFn: async () => (await api.GET('/api/v1/keys', { params: { query: { limit: MOST, ...(q && { q }) } } })).data!.items,
  });
}

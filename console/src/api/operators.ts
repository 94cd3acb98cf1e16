/** Operators: who manages the gateway, and the access keys of their programs. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, type Marked, api, asked, marked, page, seenMark } from './client';
import type { components } from './native';

export type Operator = Listed<'/api/v1/operators'>;
export type AccessKey = Listed<'/api/v1/operators/{operator}/access-keys'>;
export type AccessPair = components['schemas']['NewAccessKeyPair'];
export type NewOperator = components['schemas']['NewOperatorBody'];
export type OperatorChange = components['schemas']['OperatorChangeBody'];

const ALL = ['operators'];

export function useOperators(state: Asked) {
  return useQuery({
    queryKey: [...ALL, 'list', state.q, state.page],
    placeholderData: keepPreviousData,
    queryFn: async () => page((await api.GET('/api/v1/operators', { params: { query: asked(state) } })).data!),
  });
}

export function useOperator(operator: string) {
  return useQuery({ queryKey: [...ALL, operator], queryFn: () => shown(operator) });
}

export function useCreateOperator() {
  return useChange(async (body: NewOperator) => (await api.POST('/api/v1/operators', { body })).data!);
}

/** Gives an operator another name and role as it was seen; refused when somebody else was first. */
export function useEditOperator(before: Operator) {
  return useChange(async (body: Pick<OperatorChange, 'name' | 'role'>) => {
    const mark = seenMark(before, await shown(before.id), 'name', 'role', 'enabled');
    const params = { path: { operator: before.id }, header: { 'If-Match': mark } };
    return (await api.PATCH('/api/v1/operators/{operator}', { params, body })).data!;
  });
}

/** Changes what needs no look at the rest of an operator: that stays as it is. */
export function useChangeOperator() {
  return useChange(async ({ id, ...body }: Pick<OperatorChange, 'enabled' | 'password'> & { id: string }) => {
    const params = { path: { operator: id }, header: { 'If-Match': '*' } };
    return (await api.PATCH('/api/v1/operators/{operator}', { params, body })).data!;
  });
}

export function useDeleteOperator() {
  return useChange((id: string) =>
    api.DELETE('/api/v1/operators/{operator}', { params: { path: { operator: id }, header: { 'If-Match': '*' } } }),
  );
}

export function useAccessKeys(operator: string) {
  return useQuery({
    queryKey: [...ALL, operator, 'keys'],
    queryFn: async () =>
      (await api.GET('/api/v1/operators/{operator}/access-keys', { params: { path: { operator }, query: { limit: 500 } } })).data!.items,
  });
}

export function useCreateAccessKey(operator: string) {
  return useChange(
    async (body: { description?: string }): Promise<AccessPair> =>
      (await api.POST('/api/v1/operators/{operator}/access-keys', { params: { path: { operator } }, body })).data!,
  );
}

export function useRevokeAccessKey(operator: string) {
  return useChange((key: string) =>
    api.DELETE('/api/v1/operators/{operator}/access-keys/{key}', {
      params: { path: { operator, key } },
    }),
  );
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (body: components['schemas']['PasswordChange']) => api.POST('/api/v1/session/password', { body }),
  });
}

async function shown(operator: string): Promise<Marked<Operator>> {
  return marked<Operator>(await api.GET('/api/v1/operators/{operator}', { params: { path: { operator } } }));
}

function useChange<Wanted, Made>(act: (wanted: Wanted) => Promise<Made>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    // Whoever changes oneself has another name or role in the session, too.
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ALL }), queries.invalidateQueries({ queryKey: ['session'] })]),
  });
}

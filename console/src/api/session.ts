/** Who is logged in. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Shown, api } from './client';
import { carry } from './http';
import { Problem } from './problem';

export type Session = Shown<'/api/v1/session'>;
export type Role = Session['operator']['role'];

export interface Entry {
  name: string;
  password: string;
}

const KEY = ['session'];

export function useSession() {
  return useQuery({
    queryKey: KEY,
    staleTime: Infinity,
    retry: false,
    queryFn: async () => known((await api.GET('/api/v1/session')).data!),
  });
}

/** Whether this operator may do what needs `role`. */
export function useMay(role: Role): boolean {
  const order: Role[] = ['viewer', 'editor', 'admin'];
  const mine = useSession().data?.operator.role ?? 'viewer';
  return order.indexOf(mine) >= order.indexOf(role);
}

export function useLogIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (entry: Entry) => known((await api.POST('/api/v1/session', { body: entry })).data!),
    onSuccess: (session) => queries.setQueryData(KEY, session),
  });
}

export function useLogOut() {
  return useMutation({
    mutationFn: ended,
    // Nothing of one operator stays for the next.
    onSuccess: () => location.assign('/console/login'),
  });
}

/** Ends the session; one that has ended by itself is as good. */
async function ended() {
  try {
    await api.DELETE('/api/v1/session');
  } catch (refused) {
    if (!(refused instanceof Problem && refused.status === 401)) throw refused;
  }
}

function known(session: Session): Session {
  carry(session);
  return session;
}

/** Custom domains: host names of its own that lead to a service. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, api, marked, page, seenMark } from './client';
import type { components } from './native';

export type Domain = Listed<'/api/v1/services/{service}/domains'>;
export type NewDomain = components['schemas']['NewDomain'];
export type PathMapping = components['schemas']['PathMapping'];

export function useDomains(service: string, state: Asked) {
  return useQuery({
    queryKey: ['services', service, 'domains', state.page],
    placeholderData: keepPreviousData,
    // A certificate that an authority issues comes without anybody's doing.
    refetchInterval: 15_000,
    queryFn: async () => {
      const query = { limit: 50, ...(state.page && { page_token: state.page }) };
      return page((await api.GET('/api/v1/services/{service}/domains', { params: { path: { service }, query } })).data!);
    },
  });
}

/** Binds a domain, or changes the one that is bound; its name stays. Refused when somebody else was first. */
export function useSaveDomain(service: string, before?: Domain) {
  return useChange(async ({ name, ...change }: NewDomain) => {
    if (!before) {
      return api.POST('/api/v1/services/{service}/domains', { params: { path: { service } }, body: { name, ...change } });
    }
    const path = { service, domain: before.name };
    const now = marked<Domain>(await api.GET('/api/v1/services/{service}/domains/{domain}', { params: { path } }));
    const header = { 'If-Match': seenMark(before, now, 'modified') };
    return api.PATCH('/api/v1/services/{service}/domains/{domain}', { params: { path, header }, body: change });
  });
}

export function useUnbindDomain(service: string) {
  return useChange((domain: Domain) =>
    api.DELETE('/api/v1/services/{service}/domains/{domain}', {
      params: { path: { service, domain: domain.name }, header: { 'If-Match': '*' } },
    }),
  );
}

function useChange<Wanted, Answer>(act: (wanted: Wanted) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => {
      queries.invalidateQueries({ queryKey: ['services'] });
      queries.invalidateQueries({ queryKey: ['certificates'] });
    },
  });
}

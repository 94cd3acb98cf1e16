/** The audit trail. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type Listed, api, page } from './client';

export type AuditRecord = Listed<'/api/v1/audit'>;

export interface AuditFilter {
  actor?: string;
  action?: string;
  subject?: string;
  dialect?: string;
  from?: string;
  to?: string;
}

export function useAudit(filter: AuditFilter, token: string) {
  return useQuery({
    queryKey: ['audit', filter, token],
    staleTime: 0,
    placeholderData: keepPreviousData,
    queryFn: async () =>
      page((await api.GET('/api/v1/audit', { params: { query: { ...filter, limit: 50, ...(token && { page_token: token }) } } })).data!),
  });
}

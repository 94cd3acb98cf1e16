/** Certificates that custom domains prove their names with. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, api, asked, marked, page, seenMark } from './client';
import type { components } from './native';

export type Certificate = Listed<'/api/v1/certificates'>;
export type NewCertificate = components['schemas']['NewCertificate'];

export function useCertificates(state: Asked, limit?: number) {
  return useQuery({
    queryKey: ['certificates', 'list', state.q, state.page, limit],
    placeholderData: keepPreviousData,
    queryFn: async () => page((await api.GET('/api/v1/certificates', { params: { query: asked(state, limit) } })).data!),
  });
}

/** Takes a certificate in, or puts a new chain and key in the place of those of `before`; refused when somebody else was first. */
export function useSaveCertificate(before?: Certificate) {
  return useChange(async (body: NewCertificate): Promise<Certificate> => {
    if (!before) return (await api.POST('/api/v1/certificates', { body })).data!;
    const path = { certificate: before.id };
    const now = marked<Certificate>(await api.GET('/api/v1/certificates/{certificate}', { params: { path } }));
    const params = { path, header: { 'If-Match': seenMark(before, now, 'modified') } };
    const { chain, key } = body;
    return (await api.PUT('/api/v1/certificates/{certificate}', { params, body: { chain, key } })).data!;
  });
}

export function useDeleteCertificate() {
  return useChange((certificate: Certificate) =>
    api.DELETE('/api/v1/certificates/{certificate}', {
      params: { path: { certificate: certificate.id }, header: { 'If-Match': '*' } },
    }),
  );
}

function useChange<Wanted, Answer>(act: (wanted: Wanted) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries({ queryKey: ['certificates'] }) });
}

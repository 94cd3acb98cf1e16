/** API documents: pages about APIs for those who call them. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, api, asked, marked, page, seenMark } from './client';
import type { components } from './native';

export type ApiDocument = Listed<'/api/v1/api-documents'>;
export type DocumentValues = components['schemas']['ApiDocumentValues'];
export type DocumentPass = components['schemas']['ApiDocumentPass'];

export function useDocuments(state: Asked) {
  return useQuery({
    queryKey: ['documents', 'list', state.q, state.page],
    placeholderData: keepPreviousData,
    queryFn: async () => page((await api.GET('/api/v1/api-documents', { params: { query: asked(state) } })).data!),
  });
}

export function useCreateDocument() {
  return useChange(async (body: DocumentValues): Promise<DocumentPass> => (await api.POST('/api/v1/api-documents', { body })).data!);
}

/** Gives a document other values as it was seen, and builds it anew; refused when somebody else was first. */
export function useEditDocument(before: ApiDocument) {
  return useChange(async (body: DocumentValues) => {
    const path = { document: before.id };
    const now = marked<ApiDocument>(await api.GET('/api/v1/api-documents/{document}', { params: { path } }));
    const header = { 'If-Match': seenMark(before, now, 'modified') };
    return api.PUT('/api/v1/api-documents/{document}', { params: { path, header }, body });
  });
}

export function useBuildDocument() {
  return useChange((document: string) => api.POST('/api/v1/api-documents/{document}/build', { params: { path: { document } } }));
}

export function useDeleteDocument() {
  return useChange((document: string) =>
    api.DELETE('/api/v1/api-documents/{document}', { params: { path: { document }, header: { 'If-Match': '*' } } }),
  );
}

/** The password, for once: it is kept nowhere. The audit trail notes that it was shown. */
export async function revealPassword(document: string): Promise<string> {
  return (await api.POST('/api/v1/api-documents/{document}/reveal', { params: { path: { document } } })).data!.password;
}

export function useResetPassword() {
  return useChange(
    async (document: string): Promise<DocumentPass> =>
      (await api.POST('/api/v1/api-documents/{document}/reset-password', { params: { path: { document } } })).data!,
  );
}

function useChange<Wanted, Answer>(act: (wanted: Wanted) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries({ queryKey: ['documents'] }) });
}

/** Plugins, and the APIs that they are on. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Asked, type Listed, type Marked, api, asked, marked, page, seenMark } from './client';
import type { ApisOfService } from './environments';
import type { components } from './native';

export type Plugin = Listed<'/api/v1/plugins'>;
export type PluginKind = components['schemas']['PluginKind'];
export type PluginValues = components['schemas']['PluginValues'];
export type Attachment = Listed<'/api/v1/plugins/{plugin}/attachments'>;

export function usePlugins(state: Asked, type?: PluginKind) {
  return useQuery({
    queryKey: ['plugins', 'list', state.q, state.page, type],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      page((await api.GET('/api/v1/plugins', { params: { query: { ...asked(state), ...(type && { type }) } } })).data!),
  });
}

export function usePlugin(plugin: string) {
  return useQuery({ queryKey: ['plugins', plugin], queryFn: () => shown(plugin) });
}

/** Makes a plugin, or gives the given one other values; refused when somebody else was first. */
export function useSavePlugin(before?: Plugin) {
  return useChange(async (body: PluginValues): Promise<Plugin> => {
    if (!before) return (await api.POST('/api/v1/plugins', { body })).data!;
    const mark = seenMark(before, await shown(before.id), 'modified');
    const params = { path: { plugin: before.id }, header: { 'If-Match': mark } };
    return (await api.PUT('/api/v1/plugins/{plugin}', { params, body })).data!;
  });
}

export function useDeletePlugin() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (plugin: string) =>
      api.DELETE('/api/v1/plugins/{plugin}', { params: { path: { plugin }, header: { 'If-Match': '*' } } }),
    onSuccess: (_, plugin) => queries.removeQueries({ queryKey: ['plugins', plugin] }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['plugins', 'list'] }),
  });
}

export function useAttachments(plugin: string, state: Asked) {
  return useQuery({
    queryKey: ['plugins', plugin, 'attachments', state.page],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      page(
        (await api.GET('/api/v1/plugins/{plugin}/attachments', { params: { path: { plugin }, query: asked({ q: '', page: state.page }) } })).data!,
      ),
  });
}

/** The plugins on an API, in all environments. */
export function usePluginsOfApi(service: string, apiId: string) {
  return useQuery({
    queryKey: ['plugins', 'of', service, apiId],
    queryFn: async () =>
      (await api.GET('/api/v1/services/{service}/plugins', { params: { path: { service }, query: { api: apiId, limit: 500 } } })).data!
        .items,
  });
}

export function useAttach(plugin: string) {
  return useChange((body: ApisOfService) => api.POST('/api/v1/plugins/{plugin}/attachments', { params: { path: { plugin } }, body }));
}

export function useDetach() {
  return useChange(({ plugin, service, environment, api: one }: Attachment) =>
    api.DELETE('/api/v1/plugins/{plugin}/attachments/{service}/{environment}/{api}', {
      params: { path: { plugin, service, environment, api: one } },
    }),
  );
}

async function shown(plugin: string): Promise<Marked<Plugin>> {
  return marked<Plugin>(await api.GET('/api/v1/plugins/{plugin}', { params: { path: { plugin } } }));
}

function useChange<Wanted, Answer>(act: (wanted: Wanted) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries({ queryKey: ['plugins'] }) });
}

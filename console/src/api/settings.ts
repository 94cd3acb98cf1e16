/** What the process was started with. */
import { useQuery } from '@tanstack/react-query';
import { type Shown, api } from './client';

export type Settings = Shown<'/api/v1/settings'>;
export type Setting = Settings['items'][number];

export function useSettings() {
  return useQuery({
    queryKey: ['settings'],
    staleTime: 60_000,
    queryFn: async () => (await api.GET('/api/v1/settings')).data!,
  });
}

/** What this installation is, and how much may be configured. */
import { useQuery } from '@tanstack/react-query';
import { type Shown, api } from './client';

export type About = Shown<'/api/v1/about'>;

export function useAbout() {
  return useQuery({
    queryKey: ['about'],
    staleTime: 60_000,
    queryFn: async () => (await api.GET('/api/v1/about')).data!,
  });
}

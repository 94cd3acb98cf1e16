/** The names of what a call's record names by identifier. */
import { useApis } from '@/api/apis';
import { useKeyNames } from '@/api/debug';
import type { Logged } from '@/api/logs';
import { useServices } from '@/api/services';

export interface Names {
  service: (call: Logged) => string;
  api: (call: Logged) => string;
  key: (call: Logged) => string;
}

const NOTHING = { q: '', page: '' };

export function useNames(service?: string): Names {
  const services = useServices(NOTHING, 500).data?.items;
  const apis = useApis(service ?? '', NOTHING, 500, Boolean(service)).data?.items;
  const keys = useKeyNames('').data;
  const found = (list: { id: string; name: string }[] | undefined, id: string | null) =>
    id ? (list?.find((one) => one.id === id)?.name ?? id) : '–';
  return {
    service: (call) => found(services, call.service),
    api: (call) => found(apis, call.api),
    key: (call) => found(keys, call.key),
  };
}

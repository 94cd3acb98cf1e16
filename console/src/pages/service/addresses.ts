/** Where callers reach the environments of a service. */
import type { About } from '@/api/about';
import type { Environment } from '@/api/environments';
import type { Service } from '@/api/services';

export interface Address {
  name: Environment;
  url: string;
}

/** One address for each environment that runs something and each scheme that the service speaks and the gateway listens for. */
export function addresses(service: Service, about: About | undefined): Address[] {
  const listeners = { http: about?.nodes[0]?.http[0], https: about?.nodes[0]?.https[0] };
  const ports = { http: portOf(listeners.http, 80), https: portOf(listeners.https, 443) };
  const spoken = service.protocol === 'both' ? (['http', 'https'] as const) : ([service.protocol] as const);
  const schemes = spoken.filter((scheme) => listeners[scheme]);
  return service.environments
    .filter((environment) => environment.running)
    .flatMap(({ name, path_prefix }) =>
      schemes.map((scheme) => ({ name, url: `${scheme}://${service.default_host}${ports[scheme]}${path_prefix}` })),
    );
}

/** `:8080`, or nothing for the port that the scheme has by itself. */
function portOf(listener: string | undefined, usual: number): string {
  const port = Number(listener?.split(':').pop() ?? usual);
  return port === usual ? '' : `:${port}`;
}

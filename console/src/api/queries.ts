/** The console's memory of what the gateway told. */
import { QueryClient } from '@tanstack/react-query';
import { Problem } from './problem';

/** The gateway may be reached although the browser takes itself to be offline; a change that waits would surprise later. */
const networkMode = 'always';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode,
      staleTime: 5_000,
      // What the gateway refused once it will refuse again; only silence is worth another try.
      retry: (times, error) => times < 2 && error instanceof Problem && error.status === 0,
    },
    // What was sent may be a password or a private key: it is forgotten with the page or dialog that sent it.
    mutations: { networkMode, retry: false, gcTime: 0 },
  },
});

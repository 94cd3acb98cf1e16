/** The console's memory of what the gateway told. */
import { QueryClient } from '@tanstack/react-query';
import { Problem } from './problem';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the gateway refused once it will refuse again; only silence is worth another try.
      retry: (times, error) => times < 2 && error instanceof Problem && error.status === 0,
    },
    mutations: { retry: false },
  },
});

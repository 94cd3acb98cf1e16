/** In the place of what is not there yet: that it is being loaded, or why it could not be. */
import { Failure } from './failure';
import { Waiting } from './waiting';

interface Wanted {
  data?: unknown;
  error: unknown;
  refetch: () => unknown;
}

/**
 * What is there stays in its place although asking for it anew has failed, for something may be half entered in it: so
 * a page asks for data first, and shows this only where there is none.
 */
export function Unloaded({ of }: { of: Wanted[] }) {
  const failed = of.filter((one) => one.data === undefined && one.error);
  if (failed.length === 0) return <Waiting />;
  return <Failure error={failed[0]!.error} retry={() => failed.forEach((one) => void one.refetch())} />;
}

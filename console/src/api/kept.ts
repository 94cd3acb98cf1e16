/** What is shown while something else is asked for: what was told before, where it was of the same. */
import { type QueryKey, hashKey } from '@tanstack/react-query';

/** For `placeholderData`: keeps what was told where all `of` the parts of the key are as they were; a page or a search may be another. */
export function keptWhere<Told>(key: QueryKey, of: number[]) {
  const whose = (parts: QueryKey) => hashKey(of.map((at) => parts[at]));
  return (told: Told | undefined, before: { queryKey: QueryKey } | undefined) =>
    before && whose(before.queryKey) === whose(key) ? told : undefined;
}

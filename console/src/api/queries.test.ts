import { MutationObserver, onlineManager } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queries } from './queries';

beforeEach(() => onlineManager.setOnline(false));
afterEach(() => {
  onlineManager.setOnline(true);
  queries.clear();
});

test('what is asked and changed while the browser takes itself to be offline is asked and changed at once', async () => {
  expect(await queries.fetchQuery({ queryKey: ['asked'], queryFn: () => 'told' })).toBe('told');
  expect(await new MutationObserver(queries, { mutationFn: async () => 'made' }).mutate()).toBe('made');
});

test('what a change sent is forgotten with what sent it', async () => {
  const observer = new MutationObserver(queries, { mutationFn: async (secret: string) => secret.length });
  const forget = observer.subscribe(() => {});
  await observer.mutate('a password');
  expect(queries.getMutationCache().getAll().length).toBeGreaterThan(0);
  forget();
  await vi.waitFor(() => expect(queries.getMutationCache().getAll()).toEqual([]));
});

import { expect, test } from 'vitest';
import { keptWhere } from './kept';

test('what was told stays while another page of the same is asked for, and not while another is', () => {
  const kept = keptWhere<string>(['throttles', 'release', { api: 'a' }, 'page 2'], [1, 2]);
  expect(kept('told', { queryKey: ['throttles', 'release', { api: 'a' }, ''] })).toBe('told');
  expect(kept('told', { queryKey: ['throttles', 'test', { api: 'a' }, ''] })).toBe(undefined);
  expect(kept('told', { queryKey: ['throttles', 'release', { api: 'b' }, 'page 2'] })).toBe(undefined);
  expect(kept(undefined, undefined)).toBe(undefined);
});

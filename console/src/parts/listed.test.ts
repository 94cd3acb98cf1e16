import { expect, test } from 'vitest';
import { listed } from './listed';

test('words in a row are set apart as each language does', () => {
  expect(listed(['a', 'b', 'c'], 'en')).toBe('a, b and c');
  expect(listed(['a', 'b', 'c'], 'zh')).toBe('a、b和c');
  expect(listed(['a'], 'zh')).toBe('a');
});

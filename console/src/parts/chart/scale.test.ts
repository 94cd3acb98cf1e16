import { expect, test } from 'vitest';
import { byteLevels, levels, moments } from './scale';

test('the lines across are round and reach over the most', () => {
  expect(levels(0, true)).toEqual([0, 1]);
  expect(levels(3, true)).toEqual([0, 1, 2, 3]);
  expect(levels(17, true)).toEqual([0, 5, 10, 15, 20]);
  expect(levels(1_000, true)).toEqual([0, 500, 1_000]);
  expect(levels(0.7).at(-1)).toBeGreaterThanOrEqual(0.7);
  expect(byteLevels(3_000_000).map((level) => level / 1024 ** 2)).toEqual([0, 1, 2, 3]);
});

test('the times below are round and no more than fit', () => {
  const from = new Date(2026, 0, 5, 10, 7).getTime();
  const hour = moments(from, from + 3_600_000, 6);
  expect(hour.map((at) => new Date(at).getMinutes())).toEqual([10, 20, 30, 40, 50, 0]);
  const month = moments(from, from + 30 * 86_400_000, 7);
  expect(month.length).toBeLessThanOrEqual(7);
  expect(month.every((at) => new Date(at).getHours() === 0)).toBe(true);
});

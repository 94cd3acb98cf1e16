import { expect, test } from 'vitest';
import { movedTo, placeIn } from './list_state';

const start = new URLSearchParams('q=shop&tab=1');

test('a list goes on and back by the marks in its address', () => {
  const second = movedTo(start, { page: 'b', before: [''] });
  const third = movedTo(second, { page: 'c', before: [...placeIn(second).before, 'b'] });
  expect(placeIn(new URLSearchParams(third.toString()))).toEqual({ q: 'shop', page: 'c', before: ['', 'b'] });
  const back = movedTo(third, { page: 'b', before: [''] });
  expect(back.toString()).toBe(second.toString());
  expect(movedTo(back, { page: '' }).toString()).toBe(start.toString());
});

test('another search begins at the first page, and what is not the list’s stays', () => {
  const second = movedTo(start, { page: 'b', before: [''] });
  expect(movedTo(second, { q: 'other' }).toString()).toBe('tab=1&q=other');
  expect(movedTo(second, { q: '' }).toString()).toBe('tab=1');
});

test('two lists of one page do not meet', () => {
  const both = movedTo(movedTo(start, { page: 'b', before: [''] }), { page: 'x', before: ['', 'w'] }, 'rates_');
  expect(placeIn(both)).toEqual({ q: 'shop', page: 'b', before: [''] });
  expect(placeIn(both, 'rates_')).toEqual({ q: '', page: 'x', before: ['', 'w'] });
});

test('the address does not grow without end', () => {
  const before = ['', ...Array.from({ length: 400 }, (_, at) => `mark-${at}`)];
  expect(placeIn(movedTo(start, { page: 'last', before })).before).toEqual(before.slice(-50));
});

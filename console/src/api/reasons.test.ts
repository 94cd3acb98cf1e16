import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import reasons from '@/words/zh/reasons.json';
import { type Reasons, teller } from './reasons';

const RULES = '../crates/control/src';
/** The refusals of the rules, as their source says them. */
const refusals = ['refusal.rs', ...readdirSync(`${RULES}/refusal`).map((file) => `refusal/${file}`)]
  .map((file) => readFileSync(`${RULES}/${file}`, 'utf8'))
  .flatMap((text) => [...text.matchAll(/#\[error\(\s*"((?:[^"\\]|\\.)*)"/g)].map(([, told = '']) => told))
  .map((told) => told.replace(/\\\n\s*/g, '').replace(/\{[^}]*\}/g, '{}'))
  // These say what another says.
  .filter((told) => !['{}', '{}{}', '{}: {}'].includes(told));

test('every refusal of the rules has Chinese words', () => {
  expect(refusals.length).toBeGreaterThan(100);
  expect(refusals.filter((told) => !(told in reasons))).toEqual([]);
});

test('every sentence has a place for each part of its own', () => {
  const parts = (told: string) => [...told.matchAll(/\{\}/g)].map((_, at) => `{${at + 1}}`);
  for (const [told, words] of Object.entries(reasons)) {
    expect([...words.matchAll(/\{\d\}/g)].map(([place]) => place).sort(), told).toEqual(parts(told));
  }
});

test.each([
  ['there is no API `api-1` in service `service-2`', '服务 `service-2` 中没有 API `api-1`'],
  ['name: is 60 characters long; 1 to 50 are allowed', 'name：长度为 60 个字符，应为 1 到 50 个'],
  ['backend: `ftp://a` must begin with http://, https://, grpc:// or grpcs://', '后端：`ftp://a` 必须以 http://, https://, grpc:// or grpcs:// 开头'],
  ['proto file format error: line 2: something', '.proto 文件格式错误：第 2 行：something'],
  ['something that nobody has words for', null],
])('%s', (told, words) => {
  expect(teller(reasons as Reasons)(told)).toBe(words);
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import help from '@/words/zh/setting_help.json';
import { allowedInChinese } from './words';

/** Name and allowed values of every setting, as `docs/settings.md` tells them. */
const settings = readFileSync('../docs/settings.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `--'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, , name = '', , , , allowed = '']) => ({ name: name.replaceAll('`', ''), allowed }));

test('every setting is explained in Chinese, and nothing else is', () => {
  expect(settings.length).toBeGreaterThan(90);
  expect(Object.keys(help).sort()).toEqual(settings.map(({ name }) => name).sort());
});

test('every form of what is allowed has Chinese words', () => {
  expect(settings.filter(({ allowed }) => !allowedInChinese(allowed)).map(({ allowed }) => allowed)).toEqual([]);
  expect(allowedInChinese('1 to 86400 whole seconds, or empty')).toBe('1 到 86400 的整秒数，或留空');
  expect(allowedInChinese('IP addresses with ports, separated by commas, such as `0.0.0.0:80,[::]:80`; or `off`')).toBe(
    '带端口的 IP 地址，以逗号分隔，例如 `0.0.0.0:80,[::]:80`；或 `off`',
  );
});

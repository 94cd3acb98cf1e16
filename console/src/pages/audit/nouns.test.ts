import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import en from '@/words/en/audit.json';
import zh from '@/words/zh/audit.json';
import { NOUNS } from './nouns';

const RULES = '../crates/control/src';
/** Every action of the trail, as the rules write it down. */
const actions = readdirSync(RULES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.rs') && !file.includes('tests'))
  .flatMap((file) => readFileSync(`${RULES}/${file}`, 'utf8').split('\n'))
  .filter((line) => /write\(actor, |deed\(|action\b/.test(line))
  .flatMap((line) => [...line.matchAll(/"([a-z_]+\.[a-z_]+)"/g)].map(([, action = '']) => action));

test('every action has words in both languages, and its noun can be chosen', () => {
  expect(new Set(actions).size).toBeGreaterThan(70);
  for (const { action, noun } of [en, zh]) {
    expect(actions.filter((one) => !(one.replace('.', '_') in action))).toEqual([]);
    expect(Object.keys(noun).sort()).toEqual([...NOUNS].sort());
  }
  expect([...new Set(actions.map((one) => one.split('.')[0]))].sort()).toEqual([...NOUNS].sort());
});

/** What is wrong with a value, as a word of `words/…/rules.json` and what it names. */
import type { Rule } from 'antd/es/form';
import i18next from 'i18next';
import type { Words } from '@/words';

export interface Fault {
  word: keyof Words['rules'];
  named?: Record<string, string | number>;
}

export type Check = (value: string) => Fault | null;

export function fault(word: Fault['word'], named?: Fault['named']): Fault {
  return { word, named };
}

/** The fault in the operator's language. */
export function inWords({ word, named }: Fault): string {
  return String(i18next.t(`rules:${word}`, named as never));
}

/** A check as Ant Design's forms take it; an empty value is judged by `isNeeded` alone. */
export function rule(check: Check, isNeeded = true): Rule {
  return {
    required: isNeeded,
    validator: async (_, value: string | undefined | null) => {
      const found = value ? check(value) : isNeeded ? fault('empty') : null;
      if (found) throw new Error(inWords(found));
    },
  };
}

/** That there is a value at all. */
export function needed(): Rule {
  return rule(() => null);
}

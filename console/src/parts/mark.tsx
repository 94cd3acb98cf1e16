/** A state in a word, with a dot beside it. The colour never says more than the word. */
import type { ReactNode } from 'react';
import './mark.css';

export type Tone = 'good' | 'quiet' | 'warn' | 'bad' | 'brand';

export function Mark({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`mark is-${tone}`}>{children}</span>;
}

/** A word in a box: a method, a type. */
export function Chip({ tone = 'quiet', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`chip mono is-${tone}`}>{children}</span>;
}

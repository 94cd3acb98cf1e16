/** Why a call was refused, in the operator's words. */
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Words } from '.';

export type RefusalName = keyof Words['refusals']['name'];

/** What a refusal is called; one that the console does not know by the gateway's own name. */
export function refusalWords(name: string): { name: string; help: string } {
  if (!i18next.exists(`refusals:name.${name}`)) return { name, help: '' };
  const known = name as RefusalName;
  return { name: i18next.t(`refusals:name.${known}`), help: i18next.t(`refusals:help.${known}`) };
}

export function useRefusalWords(name: string | null | undefined) {
  useTranslation('refusals');
  return name ? refusalWords(name) : null;
}

/** Why the gateway refused something, in Chinese; it says so in English. */
import i18next from 'i18next';

/** Sentences of the gateway's, with `{}` for what differs, and their words, with `{1}` for the first of those. */
export type Reasons = Record<string, string>;

interface Form {
  told: RegExp;
  words: string;
}

/** A sentence as an expression; what stands in backticks has none in it. */
function form([told, words]: [string, string]): Form {
  const literal = told.replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return { told: new RegExp(`^${literal.replaceAll('`{}`', '`([^`]*)`').replaceAll('{}', '(.+?)')}$`, 's'), words };
}

/** Tells sentences with these words; `null` for one that they do not know. */
export function teller(reasons: Reasons): (told: string) => string | null {
  const forms = Object.entries(reasons).map(form);
  const tell = (told: string): string | null => {
    for (const { told: known, words } of forms) {
      const found = known.exec(told);
      // What differs may be a sentence too.
      const part = (_: string, at: string) => tell(found?.[Number(at)] ?? '') ?? found?.[Number(at)] ?? '';
      if (found) return words.replace(/\{(\d)\}/g, part);
    }
    // A field's name, and what is wrong with it.
    const [, name, rest] = /^([^:`]+): (.+)$/s.exec(told) ?? [];
    const words = rest && tell(rest);
    return words ? `${name}：${words}` : null;
  };
  return tell;
}

/** Made when the first refusal is told. */
let inChinese: ReturnType<typeof teller> | undefined;

/** A sentence of the gateway's in the operator's language; in its own words where there are no others. */
export function reason(told: string): string {
  if (i18next.language !== 'zh') return told;
  inChinese ??= teller((i18next.getResourceBundle('zh', 'reasons') ?? {}) as Reasons);
  return inChinese(told) ?? told;
}

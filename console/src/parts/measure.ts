/** Quantities in words: how long, how much, how many of a hundred. */
import type { Tone } from './mark';

function format(value: number, language: string, options: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', options).format(value);
}

/** Three figures, as far as they say something. */
function three(value: number): Intl.NumberFormatOptions {
  return { maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2 };
}

/** Microseconds, as milliseconds or seconds. */
export function millis(us: number, language: string): string {
  const value = us >= 1_000_000 ? us / 1_000_000 : us / 1_000;
  return `${format(value, language, three(value))} ${us >= 1_000_000 ? 's' : 'ms'}`;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes in the unit that needs the fewest figures; a KB has 1,024. */
export function bytes(count: number, language: string): string {
  const step = Math.min(UNITS.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** step;
  return `${format(value, language, step === 0 ? { maximumFractionDigits: 0 } : three(value))} ${UNITS[step]}`;
}

/** A number in few signs: 1.2K, 1.2万. */
export function short(value: number, language: string): string {
  return format(value, language, { notation: 'compact', maximumFractionDigits: 1 });
}

/** A part of a whole. */
export function percent(part: number, whole: number, language: string): string {
  const share = whole === 0 ? 0 : part / whole;
  return format(share, language, { style: 'percent', maximumFractionDigits: share > 0 && share < 0.01 ? 2 : 1 });
}

export function statusTone(status: number): Tone {
  if (status >= 500) return 'bad';
  return status >= 400 ? 'warn' : 'good';
}

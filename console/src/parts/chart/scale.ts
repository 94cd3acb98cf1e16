/** Where the lines of a chart's paper stand. */

/** The values of the lines across: zero, and even steps of 1, 2 or 5 times a power of ten until `most` lies below the last. */
export function levels(most: number, isWhole = false, about = 4): number[] {
  if (!(most > 0)) return isWhole ? [0, 1] : [0, 0.001];
  const raw = most / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const found = [1, 2, 5, 10].find((one) => one * power >= raw * 0.999) ?? 10;
  const step = isWhole ? Math.max(1, Math.round(found * power)) : found * power;
  const count = Math.ceil((most / step) * 0.9999);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** The same for bytes: steps of powers of two, so that the labels are round. */
export function byteLevels(most: number, about = 4): number[] {
  if (!(most > 0)) return [0, 1];
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(most) / 10));
  return levels(most / unit, unit === 1, about).map((level) => level * unit);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR];
const DAYS = [1, 2, 5, 7, 10, 30];

/** Round times of the reader's own clock between two times, at most `most` of them. */
export function moments(from: number, to: number, most: number): number[] {
  const step = STEPS.find((one) => (to - from) / one <= most);
  const midnight = new Date(from);
  midnight.setHours(0, 0, 0, 0);
  const found: number[] = [];
  if (step) {
    for (let at = midnight.getTime(); at <= to; at += step) if (at >= from) found.push(at);
    return found;
  }
  const days = DAYS.find((one) => (to - from) / (one * DAY) <= most) ?? 60;
  for (const at = midnight; at.getTime() <= to; at.setDate(at.getDate() + days)) {
    if (at.getTime() >= from) found.push(at.getTime());
  }
  return found;
}

/** A moment on the line below: the day at midnight, otherwise the time. */
export function momentWords(at: number, language: string): string {
  const date = new Date(at);
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  return isMidnight
    ? date.toLocaleDateString(locale, { month: language === 'zh' ? 'numeric' : 'short', day: 'numeric' })
    : date.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', hour12: false });
}

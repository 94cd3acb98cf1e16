/** A point in time, in the operator's own zone. */
import { useTranslation } from 'react-i18next';

export function Time({ at }: { at: string | null | undefined }) {
  const { i18n } = useTranslation();
  if (!at) return <>–</>;
  return (
    <time className="figures" dateTime={at} title={at}>
      {written(at, i18n.language)}
    </time>
  );
}

export function written(at: string, language: string): string {
  const format = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    year: 'numeric',
    month: language === 'zh' ? '2-digit' : 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
  return format.format(new Date(at));
}

/** A whole number with its groups set apart. */
export function number(value: number, language: string): string {
  return new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB').format(value);
}

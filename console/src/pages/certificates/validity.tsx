/** Until when a certificate holds, and how soon that is. */
import { useTranslation } from 'react-i18next';
import type { Certificate } from '@/api/certificates';
import { Mark } from '@/parts/mark';
import { Time } from '@/parts/time';

const DAY = 86_400_000;
/** Whoever renews by hand wants to know this early. */
const SOON = 30 * DAY;

export function Validity({ until }: { until: string }) {
  const { t } = useTranslation('certificates');
  const left = Date.parse(until) - Date.now();
  return (
    <>
      <Time at={until} />
      {left < SOON && (
        <div>
          <Mark tone={left < 0 ? 'bad' : 'warn'}>{left < 0 ? t('expired') : t('days', { count: Math.floor(left / DAY) })}</Mark>
        </div>
      )}
    </>
  );
}

/** Who brought a certificate, in one word. */
export function sourceOf({ source }: Certificate) {
  return typeof source === 'string' ? source : 'acme';
}

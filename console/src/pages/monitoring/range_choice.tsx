/** How far back one looks. */
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { RANGE_NAMES, type Range } from '@/api/traffic';

export function useRange(usual: Range): Range {
  const [params] = useSearchParams();
  return RANGE_NAMES.find((one) => one === params.get('range')) ?? usual;
}

export function RangeChoice({ range }: { range: Range }) {
  const { t } = useTranslation('monitoring');
  const [, setParams] = useSearchParams();
  return (
    <Segmented
      aria-label={t('range.label')}
      value={range}
      onChange={(next) =>
        setParams(
          (before) => {
            const after = new URLSearchParams(before);
            after.set('range', next);
            return after;
          },
          { replace: true },
        )
      }
      options={RANGE_NAMES.map((value) => ({ value, label: t(`range.${value}`) }))}
    />
  );
}

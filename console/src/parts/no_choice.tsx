/** In the place of choices where there is none to show: that they are loaded, why they could not be, or that there are none. */
import { Spin } from 'antd';
import { useTranslation } from 'react-i18next';
import { Failure } from './failure';

interface Given {
  of: { data?: unknown; error: unknown; refetch: () => unknown };
  none?: string;
}

export function NoChoice({ of, none }: Given) {
  const { t } = useTranslation();
  if (of.data !== undefined) return <span className="quiet">{none ?? t('list.nothing')}</span>;
  return of.error ? <Failure error={of.error} retry={() => of.refetch()} /> : <Spin size="small" />;
}

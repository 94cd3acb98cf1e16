/** The two bounds of a plan, and how much of the quota is used. */
import { Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Plan } from '@/api/plans';
import { number } from '@/parts/time';
import './plans.css';

export function Rate({ rate }: { rate: number | null | undefined }) {
  const { t, i18n } = useTranslation('plans');
  if (rate == null) return <span className="quiet">{t('per.noRate')}</span>;
  return (
    <span className="figures">
      {number(rate, i18n.language)} {t('per.second')}
    </span>
  );
}

export function Quota({ plan }: { plan: Pick<Plan, 'quota' | 'used' | 'name'> }) {
  const { t, i18n } = useTranslation('plans');
  const used = plan.used == null ? '–' : number(plan.used, i18n.language);
  if (plan.quota == null) {
    return (
      <span className="figures">
        {used} <span className="quiet">/ {t('per.noQuota')}</span>
      </span>
    );
  }
  const percent = Math.min(100, ((plan.used ?? 0) / plan.quota) * 100);
  return (
    <div className="quota">
      <span className="figures">
        {used} <span className="quiet">/ {number(plan.quota, i18n.language)}</span>
      </span>
      <Progress
        percent={percent}
        showInfo={false}
        size="small"
        status={percent >= 100 ? 'exception' : 'normal'}
        aria-label={`${t('field.used')} ${plan.name}`}
      />
    </div>
  );
}

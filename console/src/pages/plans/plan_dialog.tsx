/** Makes and edits a usage plan. */
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAbout } from '@/api/about';
import { type Plan, useSavePlan } from '@/api/plans';
import { FormDialog } from '@/parts/form_dialog';
import { type Limit, LimitField, boundOf, limitOf } from '@/parts/limit_field';
import { rule } from '@/rules/fault';
import { longest, name } from '@/rules/name';

interface Values {
  name: string;
  description?: string;
  rate: Limit;
  quota: Limit;
}

interface Given {
  isOpen: boolean;
  /** The plan to edit; none makes one. */
  plan?: Plan;
  close: () => void;
  created?: (plan: Plan) => void;
}

/** What is offered first, and to whoever switches a bound on. */
const USUAL = { rate: 500, quota: 10_000 };

export function PlanDialog({ isOpen, plan, close, created }: Given) {
  const { t } = useTranslation('plans');
  const about = useAbout().data;
  const save = useSavePlan(plan);
  return (
    <FormDialog<Values>
      title={t(plan ? 'edit' : 'create')}
      isOpen={isOpen}
      close={close}
      initial={{
        name: plan?.name,
        description: plan?.description,
        rate: limitOf(plan ? plan.rate : USUAL.rate, USUAL.rate),
        quota: limitOf(plan?.quota, USUAL.quota),
      }}
      submit={async ({ name, description, rate, quota }) => {
        const saved = await save.mutateAsync({ name, description: description ?? '', rate: boundOf(rate), quota: boundOf(quota) });
        if (!plan) created?.(saved);
      }}
    >
      <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(name(plan?.name))]}>
        <Input autoFocus />
      </Form.Item>
      <Form.Item label={t('field.region')}>
        <span>{about?.region}</span>
      </Form.Item>
      <LimitField
        name="rate"
        label={t('field.rate')}
        unit={t('per.second')}
        max={about?.limits.plan_rate_max ?? 2000}
        hint={(max) => t('hint.rate', { max })}
      />
      <LimitField
        name="quota"
        label={t('field.quota')}
        unit={t('per.all')}
        max={about?.limits.plan_quota_max ?? 99_999_999}
        hint={(max) => t('hint.quota', { max })}
      />
      <Form.Item name="description" label={t('field.description')} rules={[rule(longest(1000), false)]}>
        <Input.TextArea placeholder={t('hint.description')} rows={2} />
      </Form.Item>
    </FormDialog>
  );
}

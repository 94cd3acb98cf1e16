/** Lets usage plans rule an environment or single APIs of it: from a plan's page one chooses the service, from a service's page the plans. */
import { App, Form, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Environment } from '@/api/environments';
import { type Plan, useBindEnvironment } from '@/api/plans';
import type { Service } from '@/api/services';
import { FormDialog } from '@/parts/form_dialog';
import type { Choice } from '@/parts/transfer';
import { ApiChooser, EnvironmentField, ServiceField } from '@/pages/places/fields';
import { PlanChooser } from './choosers';

interface Values {
  service: string;
  environment: Environment;
  scope: 'whole' | 'single';
  apis?: Choice[];
  plans?: Choice[];
}

/** Exactly one side stands still. */
type Fixed = { plan: Plan; service?: undefined } | { service: Service; plan?: undefined };

export function BindDialog({ plan, service, close }: Fixed & { close: () => void }) {
  const { t } = useTranslation(['plans', 'services', 'rules']);
  const { message } = App.useApp();
  const bind = useBindEnvironment();
  const [form] = Form.useForm<Values>();
  const where = Form.useWatch('service', form) ?? service?.id;
  const isSingle = Form.useWatch('scope', form) === 'single';
  const chosen = [{ required: true, type: 'array' as const, min: 1, message: t('rules:empty') }];
  return (
    <FormDialog<Values>
      title={t(plan ? 'environments.bind' : 'ofService.bind')}
      isOpen
      close={close}
      form={form}
      width={720}
      initial={{ scope: 'whole' }}
      submit={async (values) => {
        await bind.mutateAsync({
          plans: plan ? [plan.id] : values.plans!.map(({ id }) => id),
          service: where!,
          environment: values.environment,
          apis: isSingle ? values.apis!.map(({ id }) => id) : undefined,
        });
        message.success(t(plan ? 'environments.done' : 'ofService.done'));
      }}
    >
      {plan && <ServiceField changed={() => form.setFieldValue('apis', [])} />}
      <EnvironmentField />
      <Form.Item name="scope" label={t('environments.scope')} extra={t('environments.scopeHint')}>
        <Radio.Group
          optionType="button"
          options={(['whole', 'single'] as const).map((value) => ({ value, label: t(`environments.${value}`) }))}
        />
      </Form.Item>
      {isSingle && !where && <p className="quiet dialog-text">{t('apis.chooseFirst')}</p>}
      {isSingle && where && (
        <Form.Item name="apis" label={t('apis.left')} rules={chosen}>
          <ApiChooser key={where} service={where} />
        </Form.Item>
      )}
      {service && (
        <Form.Item name="plans" label={t('title')} rules={chosen}>
          <PlanChooser />
        </Form.Item>
      )}
    </FormDialog>
  );
}

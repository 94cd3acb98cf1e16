/** How many calls per second an environment admits, over all its callers and APIs. */
import { App, Form, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAbout } from '@/api/about';
import type { EnvironmentState } from '@/api/environments';
import { useSetEnvironmentRate } from '@/api/throttles';
import { FormDialog } from '@/parts/form_dialog';
import { number } from '@/parts/time';
import { fault, inWords } from '@/rules/fault';
import { useThisService } from '.';

export function RateDialog({ environment, close }: { environment: EnvironmentState; close: () => void }) {
  const { t, i18n } = useTranslation('services');
  const { message } = App.useApp();
  const service = useThisService();
  const set = useSetEnvironmentRate(service.id);
  const max = useAbout().data?.limits.service_rate_max ?? 5000;
  return (
    <FormDialog<{ rate: number }>
      title={t('throttles.ofEnvironment', { environment: t(`environment.${environment.name}`) })}
      isOpen
      close={close}
      initial={{ rate: environment.rate }}
      submit={async ({ rate }) => {
        await set.mutateAsync({ environment: environment.name, rate });
        message.success(t('throttles.done'));
      }}
    >
      <p className="dialog-text">{t('throttles.ofEnvironmentText')}</p>
      <Form.Item
        name="rate"
        label={t('environments.rate')}
        extra={t('throttles.hint', { max: number(max, i18n.language) })}
        rules={[{ required: true, type: 'integer', min: 1, max, message: inWords(fault('range', { min: 1, max })) }]}
      >
        <InputNumber suffix={t('throttles.unit')} style={{ width: 220 }} />
      </Form.Item>
    </FormDialog>
  );
}

/** Gives an application another pair: drawn by the gateway, or brought by the operator. */
import { Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Application, type ApplicationPair, useRotateApplication } from '@/api/applications';
import { FormDialog } from '@/parts/form_dialog';
import { rule } from '@/rules/fault';
import { keyId, keySecret } from '@/rules/name';

interface Values {
  kind: 'auto' | 'manual';
  key?: string;
  secret?: string;
}

interface Given {
  application: Application;
  close: () => void;
  rotated: (pair: ApplicationPair) => void;
}

export function RotateApplication({ application, close, rotated }: Given) {
  const { t } = useTranslation('applications');
  const rotate = useRotateApplication(application.id);
  const [form] = Form.useForm<Values>();
  const kind = Form.useWatch('kind', form);
  return (
    <FormDialog<Values>
      title={t('rotate.title', { name: application.name })}
      isOpen
      close={close}
      form={form}
      initial={{ kind: 'auto', key: application.key }}
      submitText={t('rotate.action')}
      submit={async ({ kind, key, secret }) => rotated(await rotate.mutateAsync(kind === 'auto' ? {} : { key, secret }))}
    >
      <p className="dialog-text">{t('rotate.text')}</p>
      <Form.Item name="kind" label={t('rotate.kind')}>
        <Radio.Group optionType="button" options={(['auto', 'manual'] as const).map((value) => ({ value, label: t(`rotate.${value}`) }))} />
      </Form.Item>
      {kind === 'manual' && (
        <>
          <Form.Item name="key" label="ApiAppKey" extra={t('hint.key')} rules={[rule(keyId)]}>
            <Input className="mono" autoComplete="off" spellCheck={false} />
          </Form.Item>
          <Form.Item name="secret" label="ApiAppSecret" extra={t('hint.secret')} rules={[rule(keySecret)]}>
            <Input.Password className="mono" autoComplete="new-password" spellCheck={false} />
          </Form.Item>
        </>
      )}
    </FormDialog>
  );
}

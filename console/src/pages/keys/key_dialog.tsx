/** Makes a key: both halves drawn by the gateway, or brought by the operator. */
import { Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { type NewKey, type Pair, useCreateKey } from '@/api/keys';
import { FormDialog } from '@/parts/form_dialog';
import { rule } from '@/rules/fault';
import { keyId, keySecret, name } from '@/rules/name';

interface Values {
  name: string;
  type: 'auto' | 'manual';
  id?: string;
  secret?: string;
}

export function KeyDialog({ close, made }: { close: () => void; made: (pair: Pair) => void }) {
  const { t } = useTranslation('keys');
  const create = useCreateKey();
  const [form] = Form.useForm<Values>();
  const type = Form.useWatch('type', form);
  return (
    <FormDialog<Values>
      title={t('create')}
      isOpen
      close={close}
      form={form}
      initial={{ type: 'auto' }}
      submit={async (values) => {
        const wanted: NewKey = values.type === 'manual' ? { name: values.name, id: values.id, secret: values.secret } : { name: values.name };
        made(await create.mutateAsync(wanted));
      }}
    >
      <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(name())]}>
        <Input autoFocus />
      </Form.Item>
      <Form.Item name="type" label={t('field.type')} extra={t('hint.type')}>
        <Radio.Group optionType="button" options={(['auto', 'manual'] as const).map((value) => ({ value, label: t(`type.${value}`) }))} />
      </Form.Item>
      {type === 'manual' && (
        <>
          <Form.Item name="id" label={t('field.id')} extra={t('hint.id')} rules={[rule(keyId)]}>
            <Input className="mono" autoComplete="off" spellCheck={false} />
          </Form.Item>
          <Form.Item name="secret" label={t('field.secret')} extra={t('hint.secret')} rules={[rule(keySecret)]}>
            <Input.Password className="mono" autoComplete="new-password" spellCheck={false} />
          </Form.Item>
        </>
      )}
    </FormDialog>
  );
}

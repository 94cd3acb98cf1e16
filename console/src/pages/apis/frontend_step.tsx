/** What callers send: the path, the method, who they are, their parameters. */
import { PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Form, Input, Radio, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { fault, inWords, rule } from '@/rules/fault';
import { apiName, longest } from '@/rules/name';
import { formOf, frontendPath } from '@/rules/path';
import { type Draft, METHODS, newParameter, undeclared } from './draft';
import { ParameterTable } from './parameter_table';

export function FrontendStep({ service, isNew, keptName }: { service: string; isNew: boolean; keptName?: string }) {
  const { t } = useTranslation('apis');
  const form = Form.useFormInstance<Draft>();
  const auth = Form.useWatch('auth', form);
  return (
    <>
      <div className="fields">
        <Form.Item label={t('field.service')}>
          <span>{service}</span>
        </Form.Item>
        <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(apiName(keptName))]}>
          <Input autoFocus={isNew} maxLength={128} />
        </Form.Item>
        <Form.Item
          name="path"
          label={t('field.path')}
          extra={<PathHint />}
          dependencies={['parameters']}
          rules={[
            rule(frontendPath),
            ({ getFieldValue }) => ({
              validateTrigger: [],
              validator: async (_, path: string) => {
                const open = path && !frontendPath(path) ? undeclared(path, getFieldValue('parameters') ?? []) : [];
                if (open.length > 0) throw new Error(inWords(fault('variableUndeclared', { names: open.join(', ') })));
              },
            }),
          ]}
        >
          <Input className="mono" placeholder="/user/{id}" spellCheck={false} />
        </Form.Item>
        <Offer />
        <Form.Item name="method" label={t('field.method')} rules={[{ required: true }]}>
          <Select className="is-short" options={METHODS.map((method) => ({ value: method, label: method }))} />
        </Form.Item>
        <Form.Item name="auth" label={t('field.auth')} extra={t(auth === 'none' ? 'hint.authNone' : 'hint.authKeyPair')} rules={[{ required: true }]}>
          <Radio.Group
            optionType="button"
            options={[
              { value: 'key_pair', label: t('auth.key_pair') },
              { value: 'none', label: t('auth.none') },
            ]}
          />
        </Form.Item>
        <Form.Item name="cors" label={t('field.cors')} extra={t('hint.cors')} valuePropName="checked">
          <Switch checkedChildren={t('yes')} unCheckedChildren={t('no')} />
        </Form.Item>
        <Form.Item name="description" label={t('field.description')} rules={[rule(longest(1000), false)]}>
          <Input.TextArea rows={2} placeholder={t('hint.description')} />
        </Form.Item>
      </div>
      <ParameterTable />
    </>
  );
}

/** How the path will match. */
function PathHint() {
  const { t } = useTranslation('apis');
  const path: string = Form.useWatch('path') ?? '';
  const form = path && formOf(path);
  return (
    <>
      {t('hint.path')}
      {form && <span className="path-form">{t(`pathForm.${form}`)}</span>}
    </>
  );
}

/** Variables of the path, offered as parameters. */
function Offer() {
  const { t } = useTranslation('apis');
  const form = Form.useFormInstance<Draft>();
  const path: string = Form.useWatch('path', form) ?? '';
  const parameters = Form.useWatch('parameters', form) ?? [];
  const open = frontendPath(path) ? [] : undeclared(path, parameters);
  if (open.length === 0) return null;
  const declare = () => {
    const added = open.map((name) => newParameter({ name, location: 'path' }));
    form.setFieldValue('parameters', [...parameters.filter((one) => one?.name || one?.location !== 'query'), ...added]);
    void form.validateFields(['path']);
  };
  return (
    <Alert
      className="offer"
      type="info"
      showIcon
      title={t('offer.title', { count: open.length })}
      description={open.map((name) => (
        <code key={name} className="offer-name">{`{${name}}`}</code>
      ))}
      action={
        <Button size="small" type="primary" icon={<PlusOutlined aria-hidden />} onClick={declare}>
          {t('offer.declare')}
        </Button>
      }
    />
  );
}

/** Which pages of other sites may call, and how. */
import { Form, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Data } from '../kinds';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'];
const LISTS = ['origins', 'allow_headers', 'expose_headers'] as const;
const ANY = '*';

/** A list as the field has it: `*` alone is whatever there is. */
export function crossOriginValues(data: Data): Data {
  const list = (value: unknown) => (value === 'any' ? [ANY] : ((value as { listed?: string[] })?.listed ?? []));
  return { ...data, ...Object.fromEntries(LISTS.map((name) => [name, list(data[name])])) };
}

export function crossOriginData(fields: Data): Data {
  const list = (value: unknown) => ((value as string[]).includes(ANY) ? 'any' : { listed: value });
  return { ...fields, ...Object.fromEntries(LISTS.map((name) => [name, list(fields[name] ?? [])])) };
}

export function CrossOriginForm() {
  const { t } = useTranslation(['plugins', 'rules']);
  const some = [{ required: true, type: 'array' as const, min: 1, message: t('rules:empty') }];
  return (
    <>
      <Form.Item name={['data', 'origins']} label={t('cors.origins')} extra={t('cors.originsHint')} rules={some}>
        <Select mode="tags" tokenSeparators={[',', ' ']} options={[{ value: ANY }]} placeholder="https://shop.example" />
      </Form.Item>
      <Form.Item name={['data', 'methods']} label={t('cors.methods')} rules={some}>
        <Select mode="multiple" options={METHODS.map((value) => ({ value }))} />
      </Form.Item>
      <Form.Item name={['data', 'allow_headers']} label={t('cors.allowHeaders')} extra={t('cors.headersHint')}>
        <Select mode="tags" tokenSeparators={[',', ' ']} options={[{ value: ANY }]} />
      </Form.Item>
      <Form.Item name={['data', 'expose_headers']} label={t('cors.exposeHeaders')} extra={t('cors.headersHint')}>
        <Select mode="tags" tokenSeparators={[',', ' ']} options={[{ value: ANY }]} />
      </Form.Item>
      <Form.Item name={['data', 'credentials']} label={t('cors.credentials')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name={['data', 'max_age']} label={t('cors.maxAge')} rules={[{ required: true, message: t('rules:empty') }]}>
        <InputNumber min={1} max={4_294_967_295} precision={0} suffix={t('unit.seconds')} />
      </Form.Item>
    </>
  );
}

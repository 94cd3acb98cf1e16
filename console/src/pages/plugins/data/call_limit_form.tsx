/** How often an API may be called in a window: by all, by each application, from each address. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { FieldTable } from '@/parts/field_table';
import { needed } from '@/rules/fault';
import type { Data } from '../kinds';

const UNITS = ['second', 'minute', 'hour', 'day'] as const;

/** Bounds of their own always have a list, be it empty. */
export function callLimitOf(data: Data): Data {
  return { ...data, applications: data.applications ?? [], addresses: data.addresses ?? [] };
}

/** An empty number is no bound; a list that nobody touched is empty. */
export function withoutUnset(fields: Data): Data {
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  return {
    ...fields,
    application: fields.application ?? null,
    address: fields.address ?? null,
    applications: list(fields.applications),
    addresses: list(fields.addresses),
  };
}

export function CallLimitForm() {
  const { t } = useTranslation(['plugins', 'rules']);
  const number = [{ required: true, message: t('rules:empty') }];
  return (
    <>
      <div className="plugin-pair">
        <Form.Item name={['data', 'window', 'length']} label={t('limit.length')} rules={number}>
          <InputNumber min={1} precision={0} />
        </Form.Item>
        <Form.Item name={['data', 'window', 'unit']} label={t('limit.unit')}>
          <Select options={UNITS.map((value) => ({ value, label: t(`unit.${value}`) }))} />
        </Form.Item>
      </div>
      <Form.Item name={['data', 'api']} label={t('limit.api')} extra={t('limit.apiHint')} rules={number}>
        <InputNumber min={1} precision={0} />
      </Form.Item>
      <div className="plugin-pair">
        <Form.Item name={['data', 'application']} label={t('limit.application')} extra={t('limit.none')}>
          <InputNumber min={1} precision={0} />
        </Form.Item>
        <Form.Item name={['data', 'address']} label={t('limit.address')} extra={t('limit.none')}>
          <InputNumber min={1} precision={0} />
        </Form.Item>
      </div>
      <Special list="applications" />
      <Special list="addresses" />
    </>
  );
}

/** Those with bounds of their own, in the place of the general ones. */
function Special({ list }: { list: 'applications' | 'addresses' }) {
  const { t } = useTranslation(['plugins', 'rules', 'shell']);
  const who = t(`limit.who.${list}`);
  return (
    <Form.Item label={t(`limit.${list}`)} className="plugin-special">
      <Form.List name={['data', list]}>
        {(fields, { add, remove }) => (
          <>
            <FieldTable
              label={t(`limit.${list}`)}
              heads={[{ text: who, width: '60%' }, { text: t('limit.calls') }]}
              rows={fields.map(({ key, name }) => ({
                key,
                cells: [
                  <Form.Item key="who" name={[name, 0]} rules={[needed()]} noStyle>
                    <Input className="mono" aria-label={who} spellCheck={false} />
                  </Form.Item>,
                  <Form.Item key="calls" name={[name, 1]} rules={[{ required: true, message: t('rules:empty') }]} noStyle>
                    <InputNumber aria-label={t('limit.calls')} min={1} precision={0} />
                  </Form.Item>,
                ],
                end: <Button type="text" icon={<DeleteOutlined />} aria-label={t('shell:action.remove')} onClick={() => remove(name)} />,
              }))}
            />
            {fields.length < 30 && (
              <Button type="link" icon={<PlusOutlined aria-hidden />} onClick={() => add(['', null])}>
                {t(`limit.add.${list}`)}
              </Button>
            )}
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

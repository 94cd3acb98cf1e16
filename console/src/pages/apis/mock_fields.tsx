/** A fixed answer, and how callers will see it. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { FieldTable } from '@/parts/field_table';
import { rule } from '@/rules/fault';
import { parameterName, parameterValue } from '@/rules/parameter';
import type { Draft } from './draft';

export function MockFields() {
  const { t } = useTranslation('apis');
  return (
    <div className="mock">
      <div className="fields">
        <Form.Item
          name="mockStatus"
          label={t('field.mockStatus')}
          rules={[{ required: true, type: 'integer', min: 200, max: 599, message: t('hint.mockStatus') }]}
          extra={t('hint.mockStatus')}
        >
          <InputNumber className="is-short" />
        </Form.Item>
        <Form.Item name="mockBody" label={t('field.mockBody')}>
          <Input.TextArea className="mono" rows={6} placeholder={t('hint.mockBody')} spellCheck={false} />
        </Form.Item>
        <Form.List name="mockHeaders">
          {(fields, { add, remove }) => (
            <section aria-label={t('field.mockHeaders')}>
              <h3 className="mock-title">{t('field.mockHeaders')}</h3>
              <FieldTable
                label={t('field.mockHeaders')}
                heads={[{ text: t('parameters.name'), width: '38%' }, { text: t('constants.value') }]}
                rows={fields.map(({ key, name }) => ({
                  key,
                  cells: [
                    <Form.Item key="n" name={[name, 'name']} rules={[rule(parameterName('header'))]}>
                      <Input aria-label={t('parameters.name')} className="mono" placeholder="Content-Type" spellCheck={false} />
                    </Form.Item>,
                    <Form.Item key="v" name={[name, 'value']} rules={[rule(parameterValue('header'), false)]}>
                      <Input aria-label={t('constants.value')} className="mono" placeholder="application/json" spellCheck={false} />
                    </Form.Item>,
                  ],
                  end: <Button type="text" icon={<DeleteOutlined />} aria-label={t('mockHeaders.remove')} onClick={() => remove(name)} />,
                }))}
              />
              <Button type="link" className="wizard-add" icon={<PlusOutlined aria-hidden />} onClick={() => add({ name: '', value: '' })}>
                {t('mockHeaders.add')}
              </Button>
            </section>
          )}
        </Form.List>
      </div>
      <Preview />
    </div>
  );
}

function Preview() {
  const { t } = useTranslation('apis');
  const form = Form.useFormInstance<Draft>();
  const status = Form.useWatch('mockStatus', form) ?? 200;
  const headers = (Form.useWatch('mockHeaders', form) ?? []).filter((one) => one?.name);
  const body = Form.useWatch('mockBody', form) ?? '';
  const lines = [`HTTP/1.1 ${status}`, ...headers.map(({ name, value }) => `${name}: ${value ?? ''}`), ''];
  return (
    <section className="mock-preview" aria-label={t('preview.title')}>
      <h3 className="mock-title">{t('preview.title')}</h3>
      <pre>
        <span className="quiet">{lines.join('\n')}</span>
        {`\n${body || t('preview.empty')}`}
      </pre>
    </section>
  );
}

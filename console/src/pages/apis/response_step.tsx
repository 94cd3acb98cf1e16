/** What the author tells about the answers. Documentation: the gateway passes answers through. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { FieldTable } from '@/parts/field_table';
import { fault, inWords, rule } from '@/rules/fault';
import { longest } from '@/rules/name';
import { BODY_TYPES } from './draft';

export function ResponseStep() {
  const { t } = useTranslation('apis');
  return (
    <>
      <p className="wizard-note">{t('response.lead')}</p>
      <div className="fields">
        <Form.Item name="bodyType" label={t('field.bodyType')}>
          <Select className="is-short" options={BODY_TYPES.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Form.Item name="successExample" label={t('field.successExample')}>
          <Input.TextArea className="mono" rows={4} spellCheck={false} />
        </Form.Item>
        <Form.Item name="failureExample" label={t('field.failureExample')}>
          <Input.TextArea className="mono" rows={4} spellCheck={false} />
        </Form.Item>
      </div>
      <section className="wizard-part" aria-label={t('codes.title')}>
        <h2>{t('codes.title')}</h2>
        <p className="quiet">{t('codes.lead')}</p>
        <Form.List name="errorCodes">
          {(fields, { add, remove }) => (
            <>
              <FieldTable
                label={t('codes.title')}
                heads={[
                  { text: t('codes.code'), width: '18%' },
                  { text: t('codes.message'), width: '36%' },
                  { text: t('parameters.description') },
                ]}
                rows={fields.map(({ key, name }) => ({
                  key,
                  cells: [
                    <Form.Item
                      key="c"
                      name={[name, 'code']}
                      rules={[{ validator: async (_, code) => { if (!Number.isInteger(code)) throw new Error(inWords(fault('empty'))); } }]}
                    >
                      <InputNumber aria-label={t('codes.code')} style={{ width: '100%' }} precision={0} />
                    </Form.Item>,
                    <Form.Item key="m" name={[name, 'message']} rules={[rule(longest(1000))]}>
                      <Input aria-label={t('codes.message')} />
                    </Form.Item>,
                    <Form.Item key="d" name={[name, 'description']} rules={[rule(longest(1000), false)]}>
                      <Input aria-label={t('parameters.description')} />
                    </Form.Item>,
                  ],
                  end: <Button type="text" icon={<DeleteOutlined />} aria-label={t('codes.remove')} onClick={() => remove(name)} />,
                }))}
              />
              <Button
                type="link"
                className="wizard-add"
                icon={<PlusOutlined aria-hidden />}
                onClick={() => add({ code: null, message: '', description: '' })}
              >
                {t('codes.add')}
              </Button>
            </>
          )}
        </Form.List>
      </section>
    </>
  );
}

/** What the gateway adds to each request to the backend, unseen by callers. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { FieldTable } from '@/parts/field_table';
import { fault, inWords, rule } from '@/rules/fault';
import { longest } from '@/rules/name';
import { parameterName, parameterValue, place } from '@/rules/parameter';
import type { Draft } from './draft';

export function ConstantTable() {
  const { t } = useTranslation('apis');
  const form = Form.useFormInstance<Draft>();
  const judge = (index: number) => async (_: unknown, value: string) => {
    if (!value) throw new Error(inWords(fault('empty')));
    const all: Draft['constants'] = form.getFieldValue('constants') ?? [];
    const location = all[index]?.location ?? 'header';
    const wrong = parameterName(location)(value);
    if (wrong) throw new Error(inWords(wrong));
    const here = place(location, value);
    if (all.some((one, other) => other < index && one && place(one.location, one.name) === here)) {
      throw new Error(inWords(fault('placeTaken', { name: value })));
    }
  };
  return (
    <section className="wizard-part" aria-label={t('constants.title')}>
      <h2>{t('constants.title')}</h2>
      <p className="quiet">{t('constants.lead')}</p>
      <Form.List name="constants">
        {(fields, { add, remove }) => (
          <>
            <FieldTable
              label={t('constants.title')}
              heads={[
                { text: t('mappings.name'), width: '24%' },
                { text: t('parameters.location'), width: '16%' },
                { text: t('constants.value'), width: '28%' },
                { text: t('parameters.description') },
              ]}
              rows={fields.map(({ key, name }) => ({
                key,
                cells: [
                  <Form.Item key="n" name={[name, 'name']} dependencies={[['constants', name, 'location']]} rules={[{ validator: judge(name) }]}>
                    <Input aria-label={t('mappings.name')} className="mono" spellCheck={false} />
                  </Form.Item>,
                  <Form.Item key="l" name={[name, 'location']}>
                    <Select
                      aria-label={t('parameters.location')}
                      options={(['header', 'query'] as const).map((one) => ({ value: one, label: t(`location.${one}`) }))}
                    />
                  </Form.Item>,
                  <Form.Item key="v" name={[name, 'value']} rules={[rule(parameterValue('header'))]}>
                    <Input aria-label={t('constants.value')} className="mono" spellCheck={false} />
                  </Form.Item>,
                  <Form.Item key="x" name={[name, 'description']} rules={[rule(longest(1000), false)]}>
                    <Input aria-label={t('parameters.description')} />
                  </Form.Item>,
                ],
                end: <Button type="text" icon={<DeleteOutlined />} aria-label={t('constants.remove')} onClick={() => remove(name)} />,
              }))}
            />
            <Button
              type="link"
              className="wizard-add"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => add({ name: '', location: 'header', value: '', description: '' })}
            >
              {t('constants.add')}
            </Button>
          </>
        )}
      </Form.List>
    </section>
  );
}

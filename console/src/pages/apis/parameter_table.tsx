/** The parameters that callers send. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { AutoComplete, Button, Form, Input, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { FieldTable } from '@/parts/field_table';
import { fault, inWords, rule } from '@/rules/fault';
import { longest } from '@/rules/name';
import { type Location, parameterName, parameterValue, place } from '@/rules/parameter';
import { variables } from '@/rules/path';
import { type Draft, type DraftParameter, newParameter } from './draft';

const LOCATIONS: Location[] = ['header', 'query', 'path', 'body'];
const TYPES = ['string', 'int', 'long', 'float', 'double', 'boolean'].map((value) => ({ value }));

export function ParameterTable() {
  const { t } = useTranslation('apis');
  const form = Form.useFormInstance<Draft>();
  const rows = (): DraftParameter[] => form.getFieldValue('parameters') ?? [];
  const judge = (index: number) => async (_: unknown, value: string) => {
    if (!value) throw new Error(inWords(fault('empty')));
    const all = rows();
    const location = all[index]?.location ?? 'query';
    const wrong = parameterName(location)(value);
    if (wrong) throw new Error(inWords(wrong));
    if (location === 'path' && !variables(form.getFieldValue('path') ?? '').includes(value)) {
      throw new Error(inWords(fault('parameterNotInPath', { name: value })));
    }
    const here = place(location, value);
    if (all.some((one, other) => other < index && one && place(one.location, one.name) === here)) {
      throw new Error(inWords(fault('placeTaken', { name: value })));
    }
  };
  return (
    <section className="wizard-part" aria-label={t('parameters.title')}>
      <h2>{t('parameters.title')}</h2>
      <p className="quiet">{t('parameters.lead')}</p>
      <Form.List name="parameters">
        {(fields, { add, remove }) => (
          <>
            <FieldTable
              label={t('parameters.title')}
              heads={[
                { text: t('parameters.name'), width: '20%' },
                { text: t('parameters.location'), width: '13%' },
                { text: t('parameters.type'), width: '13%' },
                { text: t('parameters.default'), width: '16%' },
                { text: t('parameters.required'), width: '9%' },
                { text: t('parameters.description') },
              ]}
              rows={fields.map(({ key, name }) => ({
                key,
                cells: [
                  <Form.Item key="n" name={[name, 'name']} dependencies={[['parameters', name, 'location'], 'path']} rules={[{ validator: judge(name) }]}>
                    <Input aria-label={t('parameters.name')} className="mono" spellCheck={false} />
                  </Form.Item>,
                  <Form.Item key="l" name={[name, 'location']}>
                    <Select aria-label={t('parameters.location')} options={LOCATIONS.map((one) => ({ value: one, label: t(`location.${one}`) }))} />
                  </Form.Item>,
                  <Form.Item key="t" name={[name, 'type_name']}>
                    <AutoComplete aria-label={t('parameters.type')} options={TYPES} />
                  </Form.Item>,
                  <Form.Item key="d" name={[name, 'default']} rules={[rule(parameterValue('header'), false)]}>
                    <Input aria-label={t('parameters.default')} />
                  </Form.Item>,
                  <Form.Item key="r" name={[name, 'required']} valuePropName="checked">
                    <Switch aria-label={t('parameters.required')} checkedChildren={t('yes')} unCheckedChildren={t('no')} />
                  </Form.Item>,
                  <Form.Item key="x" name={[name, 'description']} rules={[rule(longest(1000), false)]}>
                    <Input aria-label={t('parameters.description')} />
                  </Form.Item>,
                ],
                end: (
                  <Button type="text" icon={<DeleteOutlined />} aria-label={t('parameters.remove')} onClick={() => remove(name)} />
                ),
              }))}
            />
            <Button type="link" className="wizard-add" icon={<PlusOutlined aria-hidden />} onClick={() => add(newParameter())}>
              {t('parameters.add')}
            </Button>
          </>
        )}
      </Form.List>
    </section>
  );
}

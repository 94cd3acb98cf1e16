/** Where the parameters of callers go in the request to the backend. */
import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { FieldTable } from '@/parts/field_table';
import { fault, inWords } from '@/rules/fault';
import { type Location, parameterName, place } from '@/rules/parameter';
import type { Draft, DraftParameter } from './draft';

const LOCATIONS: Location[] = ['header', 'query', 'path', 'body'];

export function MappingTable() {
  const { t } = useTranslation('apis');
  const form = Form.useFormInstance<Draft>();
  const parameters: DraftParameter[] = Form.useWatch('parameters', form) ?? [];
  const judge = (index: number) => async () => {
    const all: DraftParameter[] = form.getFieldValue('parameters') ?? [];
    const one = all[index];
    if (!one) return;
    const name = one.backendName || one.name;
    const location = one.backendLocation || one.location;
    const wrong = name ? parameterName(location)(name) : null;
    if (wrong) throw new Error(inWords(wrong));
    if (location === 'header' && name.toLowerCase() === 'host') throw new Error(inWords(fault('hostMapped')));
    const here = place(location, name);
    const isTaken = all.some(
      (other, at) => at < index && place(other.backendLocation || other.location, other.backendName || other.name) === here,
    );
    if (isTaken) throw new Error(inWords(fault('placeTaken', { name })));
  };
  return (
    <section className="wizard-part" aria-label={t('mappings.title')}>
      <h2>{t('mappings.title')}</h2>
      <p className="quiet">{t(parameters.length > 0 ? 'mappings.lead' : 'mappings.none')}</p>
      <FieldTable
        label={t('mappings.title')}
        heads={[
          { text: t('mappings.name'), width: '22%' },
          { text: t('mappings.location'), width: '16%' },
          { text: t('mappings.sourceName'), width: '18%' },
          { text: t('mappings.sourceLocation'), width: '12%' },
          { text: t('mappings.sourceType'), width: '12%' },
          { text: t('parameters.description') },
        ]}
        rows={parameters.filter(Boolean).map((one, index) => ({
          key: index,
          cells: [
            <Form.Item
              key="n"
              name={['parameters', index, 'backendName']}
              dependencies={[['parameters', index, 'backendLocation']]}
              rules={[{ validator: judge(index) }]}
            >
              <Input aria-label={t('mappings.name')} className="mono" placeholder={one.name} spellCheck={false} />
            </Form.Item>,
            <Form.Item key="l" name={['parameters', index, 'backendLocation']}>
              <Select
                aria-label={t('mappings.location')}
                options={[
                  { value: '', label: t('mappings.same', { location: t(`location.${one.location ?? 'query'}`) }) },
                  ...LOCATIONS.filter((other) => other !== one.location).map((other) => ({ value: other, label: t(`location.${other}`) })),
                ]}
              />
            </Form.Item>,
            <span key="sn" className="is-told mono">
              {one.name || '–'}
            </span>,
            <span key="sl" className="is-told">
              {t(`location.${one.location ?? 'query'}`)}
            </span>,
            <span key="st" className="is-told">
              {one.type_name || '–'}
            </span>,
            <span key="d" className="is-told">
              {one.description || '–'}
            </span>,
          ],
        }))}
      />
    </section>
  );
}

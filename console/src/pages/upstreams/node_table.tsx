/** The nodes of an upstream, to be entered. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { FieldTable } from '@/parts/field_table';
import { fault, inWords } from '@/rules/fault';
import { nodeHost } from '@/rules/upstream';
import { type Draft, NEW_NODE } from './draft';
import { address } from './nodes';

const MOST = 200;

export function NodeTable() {
  const { t } = useTranslation('upstreams');
  const form = Form.useFormInstance<Draft>();
  const judge = (index: number) => async (_: unknown, host: string) => {
    if (!host) throw new Error(inWords(fault('empty')));
    const wrong = nodeHost(host);
    if (wrong) throw new Error(inWords(wrong));
    const all: Draft['nodes'] = form.getFieldValue('nodes') ?? [];
    const here = address({ host, port: all[index]?.port ?? 0 });
    if (all.some((one, other) => other < index && one && address({ host: one.host, port: one.port ?? 0 }) === here)) {
      throw new Error(inWords(fault('placeTaken', { name: here })));
    }
  };
  const whole = (min: number, max: number) => ({
    required: true,
    type: 'integer' as const,
    min,
    max,
    message: inWords(fault('range', { min, max })),
  });
  return (
    <section className="wizard-part" aria-label={t('nodes.title')}>
      <h2>{t('nodes.title')}</h2>
      <p className="quiet">{t('nodes.lead')}</p>
      <Form.List name="nodes">
        {(fields, { add, remove }) => (
          <>
            <FieldTable
              label={t('nodes.title')}
              heads={[
                { text: t('nodes.host'), width: '52%' },
                { text: t('nodes.port'), width: '20%' },
                { text: t('nodes.weight') },
              ]}
              rows={fields.map(({ key, name }) => ({
                key,
                cells: [
                  <Form.Item key="h" name={[name, 'host']} dependencies={[['nodes', name, 'port']]} rules={[{ validator: judge(name) }]}>
                    <Input aria-label={t('nodes.host')} className="mono" placeholder="10.0.0.1" spellCheck={false} />
                  </Form.Item>,
                  <Form.Item key="p" name={[name, 'port']} rules={[whole(1, 65_535)]}>
                    <InputNumber aria-label={t('nodes.port')} className="is-whole" />
                  </Form.Item>,
                  <Form.Item key="w" name={[name, 'weight']} rules={[whole(0, 100)]}>
                    <InputNumber aria-label={t('nodes.weight')} className="is-whole" />
                  </Form.Item>,
                ],
                end: <Button type="text" icon={<DeleteOutlined />} aria-label={t('nodes.remove')} onClick={() => remove(name)} />,
              }))}
            />
            {fields.length < MOST && (
              <Button type="link" className="wizard-add" icon={<PlusOutlined aria-hidden />} onClick={() => add(NEW_NODE)}>
                {t('nodes.add')}
              </Button>
            )}
          </>
        )}
      </Form.List>
    </section>
  );
}

/** What answers: an origin with its mappings and constants, or a fixed answer. */
import { Form, Input, InputNumber, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { fault, inWords, rule } from '@/rules/fault';
import { origin } from '@/rules/origin';
import { backendPath } from '@/rules/path';
import { ConstantTable } from './constant_table';
import { BACKENDS, type Draft, METHODS, unfilled } from './draft';
import { MappingTable } from './mapping_table';
import { MockFields } from './mock_fields';
import { UpstreamField } from './upstream_field';

export function BackendStep() {
  const { t } = useTranslation('apis');
  const form = Form.useFormInstance<Draft>();
  const kind = Form.useWatch('backend', form);
  return (
    <>
      <div className="fields">
        <Form.Item name="backend" label={t('field.backend')} extra={kind && t(`hint.${kind}`)}>
          <Radio.Group
            optionType="button"
            options={BACKENDS.map((value) => ({ value, label: t(`backend.${value}`) }))}
          />
        </Form.Item>
      </div>
      {kind === 'mock' ? <MockFields /> : <CallFields isUpstream={kind === 'upstream'} />}
    </>
  );
}

/** Where the call goes: to one origin, or to the nodes of an upstream. */
function CallFields({ isUpstream }: { isUpstream: boolean }) {
  const { t } = useTranslation('apis');
  return (
    <>
      <div className="fields">
        {isUpstream ? (
          <UpstreamField />
        ) : (
          <Form.Item name="origin" label={t('field.origin')} extra={t('hint.origin')} rules={[rule(origin)]}>
            <Input className="mono" placeholder="http://10.0.0.1:8080" spellCheck={false} />
          </Form.Item>
        )}
        <Form.Item
          name="backendPath"
          label={t('field.backendPath')}
          extra={t('hint.backendPath')}
          dependencies={['path', 'parameters']}
          rules={[
            rule(backendPath, false),
            ({ getFieldValue }) => ({
              validator: async (_, path: string) => {
                if (!path || backendPath(path)) return;
                const open = unfilled(path, getFieldValue('path') ?? '', getFieldValue('parameters') ?? []);
                if (open.length > 0) throw new Error(inWords(fault('variableUnfilled', { names: open.join(', ') })));
              },
            }),
          ]}
        >
          <Input className="mono" placeholder="/" spellCheck={false} />
        </Form.Item>
        <Form.Item name="backendMethod" label={t('field.backendMethod')}>
          <Select
            className="is-short"
            options={[
              { value: 'SAME', label: t('backend.same') },
              ...METHODS.filter((method) => method !== 'ANY').map((method) => ({ value: method, label: method })),
            ]}
          />
        </Form.Item>
        <Form.Item
          name="timeout"
          label={t('field.timeout')}
          extra={t('hint.timeout')}
          rules={[{ required: true, type: 'integer', min: 1, max: 1800, message: t('hint.timeout') }]}
        >
          <InputNumber className="is-short" suffix={t('seconds')} />
        </Form.Item>
      </div>
      <MappingTable />
      <ConstantTable />
    </>
  );
}

/** One to three paths of a custom domain and the environments that they lead to. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { rule } from '@/rules/fault';
import { mappingPath } from '@/rules/path';
import './mapping_fields.css';

const ENVIRONMENTS = ['release', 'prepub', 'test'] as const;

export function MappingFields({ name }: { name: string }) {
  const { t } = useTranslation(['domains', 'services', 'shell']);
  const form = Form.useFormInstance();
  return (
    <Form.List name={name}>
      {(fields, { add, remove }) => (
        <div className="mapping-fields">
          {fields.map(({ key, name: at }) => (
            <div key={key} className="mapping-line">
              <Form.Item name={[at, 'path']} rules={[rule(mappingPath)]}>
                <Input className="mono" aria-label={t('mapping.path')} placeholder="/v1" />
              </Form.Item>
              <span aria-hidden>→</span>
              <Form.Item name={[at, 'environment']}>
                <Select
                  aria-label={t('mapping.environment')}
                  options={ENVIRONMENTS.map((value) => ({ value, label: t(`services:environment.${value}`) }))}
                />
              </Form.Item>
              <Button
                type="text"
                aria-label={t('shell:action.delete')}
                icon={<DeleteOutlined />}
                disabled={fields.length === 1}
                onClick={() => remove(at)}
              />
            </div>
          ))}
          {fields.length < ENVIRONMENTS.length && (
            <Button
              type="dashed"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => {
                const taken = new Set((form.getFieldValue(name) ?? []).map((one: { environment: string }) => one.environment));
                add({ path: '', environment: ENVIRONMENTS.find((one) => !taken.has(one)) });
              }}
            >
              {t('mapping.add')}
            </Button>
          )}
        </div>
      )}
    </Form.List>
  );
}

/** Calls that may be made once only. */
import { Form, InputNumber, Switch } from 'antd';
import { useTranslation } from 'react-i18next';

export function ReplayForm() {
  const { t } = useTranslation(['plugins', 'rules']);
  return (
    <>
      <Form.Item name={['data', 'required']} label={t('replay.required')} extra={t('replay.requiredHint')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item
        name={['data', 'memory']}
        label={t('replay.memory')}
        extra={t('replay.memoryHint')}
        rules={[{ required: true, message: t('rules:empty') }]}
      >
        <InputNumber min={1} max={1800} precision={0} suffix={t('unit.seconds')} />
      </Form.Item>
    </>
  );
}

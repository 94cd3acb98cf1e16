/** Who may call, by address. */
import { Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { needed } from '@/rules/fault';

export function AddressForm() {
  const { t } = useTranslation('plugins');
  return (
    <>
      <Form.Item name={['data', 'says']} label={t('address.says')}>
        <Radio.Group optionType="button" options={(['white', 'black'] as const).map((value) => ({ value, label: t(`address.${value}`) }))} />
      </Form.Item>
      <Form.Item name={['data', 'addresses']} label={t('address.addresses')} extra={t('address.hint')} rules={[needed()]}>
        <Input.TextArea className="mono" rows={5} spellCheck={false} placeholder={'10.0.0.0/8\n192.0.2.7'} />
      </Form.Item>
    </>
  );
}

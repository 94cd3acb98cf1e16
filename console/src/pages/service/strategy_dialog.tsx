/** Makes an IP strategy, or gives one other values. */
import { Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Strategy, type StrategyValues, useSaveStrategy } from '@/api/strategies';
import { FormDialog } from '@/parts/form_dialog';
import { needed, rule } from '@/rules/fault';
import { name } from '@/rules/name';

export function StrategyDialog({ service, strategy, close }: { service: string; strategy?: Strategy; close: () => void }) {
  const { t } = useTranslation('strategies');
  const save = useSaveStrategy(service, strategy);
  const first = strategy && { name: strategy.name, kind: strategy.kind, addresses: strategy.addresses };
  return (
    <FormDialog<StrategyValues>
      title={strategy ? t('edit', { name: strategy.name }) : t('create')}
      isOpen
      close={close}
      initial={first ?? { kind: 'white' }}
      submit={(values) => save.mutateAsync(values)}
    >
      <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(name(strategy?.name))]}>
        <Input autoFocus />
      </Form.Item>
      <Form.Item name="kind" label={t('field.kind')} extra={t('hint.kind')}>
        <Radio.Group optionType="button" options={(['white', 'black'] as const).map((value) => ({ value, label: t(`kind.${value}`) }))} />
      </Form.Item>
      <Form.Item name="addresses" label={t('field.addresses')} extra={t('hint.addresses')} rules={[needed()]}>
        <Input.TextArea className="mono" rows={5} spellCheck={false} placeholder={'10.0.0.0/8\n192.0.2.7'} />
      </Form.Item>
    </FormDialog>
  );
}

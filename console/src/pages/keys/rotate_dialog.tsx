/** Gives a key another secret. The one that an operator chose is chosen by the operator again. */
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Key, type Pair, useRotateKey } from '@/api/keys';
import { FormDialog } from '@/parts/form_dialog';
import { rule } from '@/rules/fault';
import { keySecret } from '@/rules/name';

interface Given {
  chosen: Key;
  close: () => void;
  rotated: (pair: Pair) => void;
}

export function RotateDialog({ chosen, close, rotated }: Given) {
  const { t } = useTranslation('keys');
  const rotate = useRotateKey();
  return (
    <FormDialog<{ secret?: string }>
      title={t('rotate.title', { name: chosen.name })}
      isOpen
      close={close}
      submitText={t('action.rotate')}
      submit={async ({ secret }) => rotated(await rotate.mutateAsync({ key: chosen, secret }))}
    >
      <p className="dialog-text">{t('rotate.text')}</p>
      {chosen.origin === 'manual' && (
        <Form.Item name="secret" label={t('rotate.secret')} extra={t('hint.secret')} rules={[rule(keySecret)]}>
          <Input.Password className="mono" autoComplete="new-password" spellCheck={false} />
        </Form.Item>
      )}
    </FormDialog>
  );
}

/** Both halves of a key that was just made or replaced, to be copied. */
import { Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Pair } from '@/api/keys';
import { Copyable } from '@/parts/copyable';
import { Fact, Facts } from '@/parts/facts';

export interface Made extends Pair {
  /** False when only the secret is new. */
  isNew: boolean;
}

export function MadeDialog({ made, close }: { made: Made | null; close: () => void }) {
  const { t } = useTranslation(['keys', 'shell']);
  const navigate = useNavigate();
  return (
    <Modal
      title={t(made?.isNew ? 'made.title' : 'made.rotated')}
      open={made !== null}
      onCancel={close}
      // The secret leaves the page with the dialog.
      destroyOnHidden
      width={620}
      mask={{ closable: false }}
      footer={
        <>
          {made?.isNew && <Button onClick={() => navigate('/plans')}>{t('made.next')}</Button>}
          <Button type="primary" onClick={close}>
            {t('shell:action.close')}
          </Button>
        </>
      }
    >
      <p>{t('made.text')}</p>
      {made && (
        <Facts>
          <Fact name={t('field.id')}>
            <Copyable text={made.id} what={t('field.id')} isWide />
          </Fact>
          <Fact name={t('field.secret')}>
            <Copyable text={made.secret} what={t('field.secret')} isWide />
          </Fact>
        </Facts>
      )}
    </Modal>
  );
}

/** Asks before something is deleted, and says in words why it cannot be. */
import { Modal } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Refused } from './failure';

interface Given {
  title: string;
  isOpen: boolean;
  close: () => void;
  remove: () => Promise<unknown>;
  children: ReactNode;
  /** When it is known beforehand that it will be refused: why, and what to do first. */
  hindrance?: ReactNode;
  okText?: string;
}

export function DeleteDialog({ title, isOpen, close, remove, children, hindrance, okText }: Given) {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  // What became of the dialog when it was open before is none of this time's business.
  useEffect(() => {
    if (isOpen) setError(null);
  }, [isOpen]);
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await remove();
      close();
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      title={title}
      open={isOpen}
      // A refusal of what is being done would be told to nobody.
      onCancel={() => isBusy || close()}
      onOk={confirm}
      okText={okText ?? t('action.delete')}
      okButtonProps={{ danger: true, disabled: Boolean(hindrance) }}
      cancelText={t('action.cancel')}
      cancelButtonProps={{ disabled: isBusy }}
      confirmLoading={isBusy}
      width={460}
      destroyOnHidden
    >
      <Refused error={error} />
      {hindrance ?? children}
    </Modal>
  );
}

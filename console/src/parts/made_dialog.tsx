/** What was just made and is to be handed on: identifiers, secrets, addresses, each to be copied. */
import { Button, Modal } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Copyable } from './copyable';
import { Fact, Facts } from './facts';

interface Given {
  title: string;
  /** What to do with it. */
  text: string;
  isOpen: boolean;
  close: () => void;
  facts: { name: string; value: string }[];
  /** Where to go from here. */
  next?: ReactNode;
}

export function MadeDialog({ title, text, isOpen, close, facts, next }: Given) {
  const { t } = useTranslation();
  return (
    <Modal
      title={title}
      open={isOpen}
      onCancel={close}
      // What is secret leaves the page with the dialog.
      destroyOnHidden
      width={620}
      mask={{ closable: false }}
      footer={
        <>
          {next}
          <Button type="primary" onClick={close}>
            {t('action.close')}
          </Button>
        </>
      }
    >
      <p>{text}</p>
      <Facts>
        {facts.map(({ name, value }) => (
          <Fact key={name} name={name} isWide>
            <Copyable text={value} what={name} isWide />
          </Fact>
        ))}
      </Facts>
    </Modal>
  );
}

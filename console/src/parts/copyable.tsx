/** A text that is copied as a whole: an identifier, a domain, a key. */
import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { App, Tooltip } from 'antd';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import './copyable.css';

interface Given {
  text: string;
  /** What it is, in the words of the page: read out with the button. */
  what: string;
  children?: ReactNode;
  /** Shown cut at this width when there is less room. */
  isWide?: boolean;
}

export function Copyable({ text, what, children, isWide }: Given) {
  return (
    <span className={isWide ? 'copyable is-wide' : 'copyable'}>
      <span className="copyable-text mono" title={text}>
        {children ?? text}
      </span>
      <CopyButton text={text} what={what} />
    </span>
  );
}

export function CopyButton({ text, what }: { text: string; what: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const copy = async () => {
    if (!(await put(text))) return void message.warning(text);
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Tooltip title={copied ? t('action.copied') : t('action.copy')}>
      <button type="button" className="copy-button" aria-label={t('action.copyWhat', { what })} onClick={copy}>
        {copied ? <CheckOutlined /> : <CopyOutlined />}
        <span className="unseen" role="status">
          {copied ? t('action.copied') : ''}
        </span>
      </button>
    </Tooltip>
  );
}

/** Browsers give the clipboard to pages on https and localhost only; elsewhere the old command does it. */
async function put(text: string): Promise<boolean> {
  if (navigator.clipboard && window.isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  // Inside of a dialog the focus may not leave it.
  (document.activeElement?.closest('[role=dialog]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

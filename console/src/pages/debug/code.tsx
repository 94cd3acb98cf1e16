/** Text as programs read it: code, headers, bodies. */
import { Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Debugged } from '@/api/debug';
import { CopyButton } from '@/parts/copyable';
import { bytes } from '@/parts/measure';

export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className="code">
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <CopyButton text={text} what={label} />
    </div>
  );
}

/** A body: JSON set out in lines where it is some, bytes in Base64. */
export function BodyText({ body, type, label }: { body: Debugged['answer']['body']; type?: string; label: string }) {
  const { t, i18n } = useTranslation('debug');
  const [isRaw, setRaw] = useState(false);
  const pretty = useMemo(() => (body.text && !body.is_cut ? setOut(body.text, type) : null), [body, type]);
  if (body.bytes === 0) return <p className="quiet">{t('body.none')}</p>;
  const text = (isRaw ? null : pretty) ?? body.text ?? body.base64 ?? '';
  return (
    <>
      {pretty !== null && pretty !== body.text && (
        <Segmented
          className="debug-how"
          size="small"
          aria-label={t('body.how')}
          value={isRaw ? 'raw' : 'pretty'}
          onChange={(how) => setRaw(how === 'raw')}
          options={[
            { value: 'pretty', label: t('body.pretty') },
            { value: 'raw', label: t('body.raw') },
          ]}
        />
      )}
      {body.text === null && <p className="quiet debug-how">{t('body.binary')}</p>}
      <CodeBlock text={text} label={label} />
      {body.is_cut && <p className="quiet">{t('body.cut', { size: bytes(body.bytes, i18n.language) })}</p>}
    </>
  );
}

function setOut(text: string, type: string | undefined): string | null {
  if (!type?.includes('json') && !/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

/** Commands that make the same call from outside. */
import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Command } from '@/api/debug';
import { CodeBlock } from './code';

const NAMES: Record<string, string> = { curl: 'curl', python: 'Python', go: 'Go', node: 'Node.js', java: 'Java' };
const KEPT = 'tollgate.command';

export function Commands({ commands }: { commands: Command[] }) {
  const { t } = useTranslation('debug');
  const [language, setLanguage] = useState(() => localStorage.getItem(KEPT) ?? 'curl');
  const shown = commands.find((one) => one.language === language) ?? commands[0];
  if (!shown) return null;
  const needsSecret = shown.code.includes('TOLLGATE_SECRET_KEY');
  return (
    <>
      <Segmented
        className="debug-how"
        aria-label={t('commands.language')}
        value={shown.language}
        onChange={(next) => {
          setLanguage(next);
          localStorage.setItem(KEPT, next);
        }}
        options={commands.map((one) => ({ value: one.language, label: NAMES[one.language] ?? one.language }))}
      />
      <CodeBlock text={shown.code} label={t('commands.of', { language: NAMES[shown.language] ?? shown.language })} />
      <p className="debug-run">
        {t('commands.run', { file: shown.file })} <code>{needsSecret ? `TOLLGATE_SECRET_KEY=… ${shown.run}` : shown.run}</code>
      </p>
      {needsSecret && <p className="quiet">{t('commands.secret')}</p>}
    </>
  );
}

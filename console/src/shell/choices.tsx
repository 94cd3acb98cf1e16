/** The language and the colours, to choose. */
import { GlobalOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Mode, setMode, useMode } from '@/theme/mode';
import { LANGUAGES, type Language, speak } from '@/words';

export function LanguageChoice() {
  const { t, i18n } = useTranslation();
  const items = LANGUAGES.map((language) => ({ key: language, label: t(`languageOf.${language}`) }));
  return (
    <Dropdown
      trigger={['click']}
      menu={{ items, selectable: true, selectedKeys: [i18n.language], onClick: ({ key }) => void speak(key as Language) }}
    >
      <Button type="text" icon={<GlobalOutlined />} aria-label={`${t('language')}: ${t(`languageOf.${i18n.language as Language}`)}`}>
        {t(`languageOf.${i18n.language as Language}`)}
      </Button>
    </Dropdown>
  );
}

const MODES: Mode[] = ['system', 'light', 'dark'];

export function ModeChoice() {
  const { t } = useTranslation();
  const { mode, isDark } = useMode();
  const items = MODES.map((one) => ({ key: one, label: t(`mode.${one}`) }));
  return (
    <Dropdown
      trigger={['click']}
      menu={{ items, selectable: true, selectedKeys: [mode], onClick: ({ key }) => setMode(key as Mode) }}
    >
      <Button type="text" icon={isDark ? <MoonOutlined /> : <SunOutlined />} aria-label={t('mode.title')} />
    </Dropdown>
  );
}

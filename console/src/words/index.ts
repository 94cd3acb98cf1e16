/** Words, in two languages: a file per noun and language in `zh/` and `en/`; `t('services:title')` finds them. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type en from './en';

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Words = typeof en;

const KEY = 'tollgate.language';

function preferred(): Language {
  const kept = localStorage.getItem(KEY) ?? navigator.language;
  return kept.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

async function load(language: Language) {
  if (i18next.hasResourceBundle(language, 'shell')) return;
  const words = language === 'zh' ? (await import('./zh')).default : (await import('./en')).default;
  for (const [noun, bundle] of Object.entries(words)) i18next.addResourceBundle(language, noun, bundle);
}

function tell(language: Language) {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

/** Loads the language of this browser; the other one is loaded when it is asked for. */
export async function startWords() {
  const language = preferred();
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    partialBundledLanguages: true,
    defaultNS: 'shell',
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await load(language);
  tell(language);
}

export async function speak(language: Language) {
  await load(language);
  localStorage.setItem(KEY, language);
  tell(language);
  await i18next.changeLanguage(language);
}

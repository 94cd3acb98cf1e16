/** What the process was started with: read-only, for it is said where the gateway is started. */
import { Alert, Input, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Setting, useSettings } from '@/api/settings';
import { Empty } from '@/parts/empty';
import { Section } from '@/parts/facts';
import { Chip } from '@/parts/mark';
import { PageHead } from '@/parts/page_head';
import { Unloaded } from '@/parts/unloaded';
import '@/parts/table.css';
import { allowed, meaning } from './words';
import './settings.css';

export default function Settings() {
  const { t } = useTranslation('settings');
  const loaded = useSettings();
  const [q, setQ] = useState('');
  const [isSetOnly, setSetOnly] = useState(false);
  if (!loaded.data) return <Unloaded of={[loaded]} />;
  const { file, items } = loaded.data;
  const wanted = items.filter((one) => (!isSetOnly || one.source !== 'default') && holds(one, q));
  const groups = [...new Set(wanted.map((one) => one.group))];
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} />
      <div className="stack">
        <Alert type="info" showIcon title={file ? t('file', { file }) : t('noFile')} />
        <div className="row">
          <Input.Search className="table-search" aria-label={t('search')} placeholder={t('search')} allowClear value={q} onChange={({ target }) => setQ(target.value)} />
          <label className="settings-only">
            <Switch checked={isSetOnly} onChange={setSetOnly} aria-label={t('setOnly')} />
            <span aria-hidden="true">{t('setOnly')}</span>
          </label>
        </div>
        {groups.length === 0 && (
          <div className="card">
            <Empty isSmall title={t('none')}>
              {t('noneText')}
            </Empty>
          </div>
        )}
        {groups.map((group) => (
          <Section key={group} title={t(`group.${group as 'Process'}`, { defaultValue: group })}>
            <ul className="settings">
              {wanted
                .filter((one) => one.group === group)
                .map((one) => (
                  <One key={one.name} setting={one} />
                ))}
            </ul>
          </Section>
        ))}
      </div>
    </>
  );
}

function One({ setting }: { setting: Setting }) {
  const { t } = useTranslation('settings');
  return (
    <li className="setting">
      <div className="setting-what">
        <code className="setting-name">{setting.name}</code>
        <p className="setting-help">
          <Marked text={meaning(setting)} />
        </p>
        <p className="setting-help">
          {t('allowed')} <Marked text={allowed(setting)} /> · <code>{setting.flag}</code> · <code>{setting.variable}</code>
        </p>
      </div>
      <div className="setting-is">
        <span className="mono setting-value">{setting.value || <span className="quiet">{t('unset')}</span>}</span>
        {setting.source === 'default' ? (
          <span className="cell-sub">{t('source.default')}</span>
        ) : (
          <>
            <Chip tone="brand">{t(`source.${setting.source}`)}</Chip>
            <span className="cell-sub">{t('default', { value: setting.default || t('unset') })}</span>
          </>
        )}
      </div>
    </li>
  );
}

/** What stands between backticks is to be read as code. */
function Marked({ text }: { text: string }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

function holds(setting: Setting, q: string): boolean {
  const wanted = q.trim().toLowerCase();
  return [setting.name, setting.description, meaning(setting), setting.value, setting.variable].some((text) => text.toLowerCase().includes(wanted));
}

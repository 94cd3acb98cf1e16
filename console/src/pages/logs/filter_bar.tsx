/** The conditions of a search, each in a field of its own. */
import { Button, Input, InputNumber, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApis } from '@/api/apis';
import { useKeyNames } from '@/api/debug';
import { ENVIRONMENTS } from '@/api/environments';
import { useLater, useWritten } from '@/parts/written';
import type { Words } from '@/words';
import en from '@/words/en/refusals.json';
import { refusalWords } from '@/words/refusals';
import { type Condition, OUTCOMES, type useLogFilter } from './filter';

const REASONS = Object.keys(en.name) as (keyof Words['refusals']['name'])[];

/** How long one does not write before what is written is asked for, in milliseconds. */
const PAUSE = 350;

interface Given {
  search: ReturnType<typeof useLogFilter>;
  service?: string;
  children: ReactNode;
}

export function FilterBar({ search, service, children }: Given) {
  const { t } = useTranslation(['logs', 'services', 'refusals', 'shell']);
  const [keyText, setKeyText] = useState('');
  const keys = useKeyNames(keyText).data ?? [];
  const choice = (name: Condition) => ({
    'aria-label': t(`condition.${name as 'key'}`),
    placeholder: t(`condition.${name as 'key'}`),
    allowClear: true,
    className: 'log-choice',
    value: search.said(name),
    onChange: (value: string | undefined) => search.set({ [name]: value }),
  });
  return (
    <div className="log-bar">
      <div className="log-line">{children}</div>
      <div className="log-line">
        <Written name="q" search={search} className="log-search" />
        <Select {...choice('outcome')} options={OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))} />
        <Select
          {...choice('environment')}
          options={ENVIRONMENTS.map((value) => ({ value, label: t(`services:environment.${value}`) }))}
        />
        {service && <ApiChoice service={service} {...choice('api')} />}
        <Select
          {...choice('key')}
          showSearch={{ filterOption: false, onSearch: setKeyText }}
          options={keys.map((one) => ({ value: one.id, label: one.name, title: one.id }))}
        />
        <Written name="path" search={search} />
        <Select
          {...choice('refusal')}
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={260}
          options={REASONS.map((value) => ({ value, label: refusalWords(value).name, title: value }))}
        />
        <Slower search={search} />
        {search.count > 0 && (
          <Button type="link" className="log-clear" onClick={search.clear}>
            {t('clear')}
          </Button>
        )}
      </div>
    </div>
  );
}

function ApiChoice({ service, ...choice }: { service: string; className: string; value?: string; onChange: (value: string | undefined) => void }) {
  const [text, setText] = useState('');
  const apis = useApis(service, { q: text, page: '' }, 100).data?.items ?? [];
  return (
    <Select
      {...choice}
      showSearch={{ filterOption: false, onSearch: setText }}
      options={apis.map((one) => ({ value: one.id, label: one.name, title: `${one.method} ${one.path}` }))}
    />
  );
}

/** A condition that is written: asked for when one stops writing. */
function Written({ name, search, className }: { name: 'q' | 'path'; search: Given['search']; className?: string }) {
  const { t } = useTranslation('logs');
  const { text, write } = useWritten(search.said(name) ?? '', (said) => search.set({ [name]: said }), PAUSE);
  const shared = {
    className: className ?? 'log-choice',
    'aria-label': t(`condition.${name}`),
    placeholder: t(`condition.${name}`),
    value: text,
    allowClear: true,
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => write(event.target.value),
  };
  return name === 'q' ? <Input.Search {...shared} onSearch={(next) => write(next, 0)} /> : <Input {...shared} />;
}

function Slower({ search }: { search: Given['search'] }) {
  const { t } = useTranslation('logs');
  const later = useLater();
  return (
    <InputNumber<number>
      className="log-choice"
      aria-label={t('condition.slower')}
      placeholder={t('condition.slower')}
      min={0}
      precision={0}
      suffix="ms"
      value={search.said('slower') ? Number(search.said('slower')) : null}
      onChange={(value) => later(() => search.set({ slower: value ? String(value) : undefined }), PAUSE)}
    />
  );
}

/** Where something is put: a service, an environment of it, APIs there. Fields of the dialogs that put it. */
import { Form, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiSummary, useApiChoices } from '@/api/apis';
import { ENVIRONMENTS, type Environment } from '@/api/environments';
import { useServices } from '@/api/services';
import { NoChoice } from '@/parts/no_choice';
import { useSettled } from '@/parts/settled';
import { type Choice, Transfer } from '@/parts/transfer';

export function ServiceField({ changed }: { changed: () => void }) {
  const { t } = useTranslation('plans');
  const [q, setQ] = useState('');
  const services = useServices({ q: useSettled(q), page: '' });
  return (
    <Form.Item name="service" label={t('environments.service')} rules={[{ required: true, message: t('environments.chooseService') }]}>
      <Select
        placeholder={t('environments.chooseService')}
        showSearch={{ filterOption: false, onSearch: setQ }}
        loading={services.isFetching}
        notFoundContent={<NoChoice of={services} />}
        onChange={changed}
        options={(services.data?.items ?? []).map((service) => ({ value: service.id, label: `${service.name} (${service.id})` }))}
      />
    </Form.Item>
  );
}

export function EnvironmentField() {
  const { t } = useTranslation(['plans', 'services']);
  return (
    <Form.Item
      name="environment"
      label={t('environments.environment')}
      rules={[{ required: true, message: t('environments.chooseEnvironment') }]}
    >
      <Select
        placeholder={t('environments.chooseEnvironment')}
        options={ENVIRONMENTS.map((value) => ({ value, label: t(`services:environment.${value}`) }))}
      />
    </Form.Item>
  );
}

interface Field {
  service: string;
  /** Why an API cannot be chosen. */
  hindrance?: (api: ApiSummary) => string | null;
  value?: Choice[];
  onChange?: (chosen: Choice[]) => void;
}

export function ApiChooser({ service, hindrance, ...field }: Field) {
  const { t } = useTranslation('plans');
  return (
    <Transfer
      {...field}
      useFound={(q) => useApiChoices(service, q)}
      choiceOf={(api) => {
        const why = hindrance?.(api) ?? null;
        const place = `${api.method} ${api.path}`;
        return { id: api.id, name: api.name, isTaken: why !== null, note: why ? `${place} · ${why}` : place };
      }}
      words={{
        left: t('apis.left'),
        found: (count) => t('apis.found', { count }),
        chosen: (count) => t('apis.chosen', { count }),
        search: t('apis.search'),
        none: t('apis.none'),
      }}
    />
  );
}

/** True when an environment runs the API. */
export function runsIn(api: ApiSummary, environment: Environment | undefined): boolean {
  return environment === undefined || api.running_in.some((one) => one.environment === environment);
}

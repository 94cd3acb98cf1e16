/** Lets an environment run a version that the service has had: rolling back, mostly. */
import { App, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { type EnvironmentState, useReleases, useSwitch } from '@/api/environments';
import type { Service } from '@/api/services';
import { FormDialog } from '@/parts/form_dialog';
import { NoChoice } from '@/parts/no_choice';
import { written } from '@/parts/time';
import { rule } from '@/rules/fault';
import { longest } from '@/rules/name';
import { Changes } from '@/pages/services/changes';

interface Values {
  version: string;
  description?: string;
}

interface Given {
  service: Service;
  environment: EnvironmentState;
  version?: string;
  close: () => void;
}

export function SwitchDialog({ service, environment, version, close }: Given) {
  const { t, i18n } = useTranslation('services');
  const { message } = App.useApp();
  const change = useSwitch(service.id, environment.name);
  const releases = useReleases(service.id, { page: '' }, 500);
  const [form] = Form.useForm<Values>();
  const chosen = Form.useWatch('version', form) ?? version;
  const name = t(`environment.${environment.name}`);
  return (
    <FormDialog<Values>
      title={t('switch.title', { environment: name })}
      isOpen
      close={close}
      form={form}
      width={680}
      initial={{ version }}
      submit={async (values) => {
        await change.mutateAsync(values);
        message.success(t('switch.done', { environment: name }));
      }}
    >
      <Form.Item name="version" label={t('switch.version')} rules={[{ required: true, message: t('switch.choose') }]}>
        <Select
          showSearch={{ optionFilterProp: 'title' }}
          placeholder={t('switch.choose')}
          loading={releases.isFetching}
          notFoundContent={<NoChoice of={releases} none={t('versions.empty')} />}
          options={releases.data?.items.map((release) => {
            const isRunning = release.version === environment.running?.version;
            const about = [written(release.created, i18n.language), release.description].filter(Boolean).join(' · ');
            return {
              value: release.version,
              disabled: isRunning,
              title: `${release.version} ${about}`,
              label: isRunning ? `${about} (${t('switch.running')})` : about,
            };
          })}
        />
      </Form.Item>
      <Form.Item name="description" label={t('field.description')} rules={[rule(longest(200), false)]}>
        <Input.TextArea placeholder={t('hint.description')} rows={2} />
      </Form.Item>
      {chosen && (
        <Changes service={service.id} from={`environment:${environment.name}`} to={`version:${chosen}`} title={t('publish.changes')} />
      )}
    </FormDialog>
  );
}

/** Publishes a service to an environment, after showing what callers will find changed. */
import { App, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { ENVIRONMENTS, type Environment, usePublish } from '@/api/environments';
import { useAbout } from '@/api/about';
import type { Service } from '@/api/services';
import { FormDialog } from '@/parts/form_dialog';
import { rule } from '@/rules/fault';
import { longest } from '@/rules/name';
import { Changes } from './changes';

interface Values {
  environment: Environment;
  description: string;
}

export function PublishDialog({ service, environment, close }: { service: Service; environment?: Environment; close: () => void }) {
  const { t } = useTranslation('services');
  const { message } = App.useApp();
  const publish = usePublish(service.id);
  const region = useAbout().data?.region;
  const [form] = Form.useForm<Values>();
  const chosen = Form.useWatch('environment', form) ?? environment;
  return (
    <FormDialog<Values>
      title={t('publish.title')}
      isOpen
      close={close}
      form={form}
      width={680}
      initial={{ environment }}
      submitText={t('action.publish')}
      submit={async (values) => {
        await publish.mutateAsync(values);
        message.success(t('publish.done', { environment: t(`environment.${values.environment}`) }));
      }}
    >
      <div className="publish-where">
        <Form.Item label={t('field.name')}>
          <span>{service.name}</span>
        </Form.Item>
        <Form.Item label={t('field.region')}>
          <span>{region}</span>
        </Form.Item>
      </div>
      <Form.Item name="environment" label={t('publish.environment')} rules={[{ required: true, message: t('publish.choose') }]}>
        <Select
          placeholder={t('publish.choose')}
          options={ENVIRONMENTS.map((value) => ({ value, label: t(`environment.${value}`) }))}
        />
      </Form.Item>
      <Form.Item
        name="description"
        label={t('field.description')}
        extra={t('publish.remark')}
        rules={[rule(longest(200))]}
      >
        <Input.TextArea placeholder={t('hint.description')} rows={2} />
      </Form.Item>
      {chosen && <Changes service={service.id} from={`environment:${chosen}`} to="working" title={t('publish.changes')} />}
    </FormDialog>
  );
}

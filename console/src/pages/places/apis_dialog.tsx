/** Puts something on APIs of a service in an environment: plugins, applications, IP strategies. */
import { Form } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApisOfService, Environment } from '@/api/environments';
import { FormDialog } from '@/parts/form_dialog';
import type { Choice } from '@/parts/transfer';
import { ApiChooser, EnvironmentField, ServiceField, runsIn } from './fields';

interface Values {
  service: string;
  environment: Environment;
  apis?: Choice[];
}

interface Given {
  title: string;
  lead?: ReactNode;
  /** The service, where it is known. */
  service?: string;
  /** Only what the environment runs can be chosen. */
  mustRun?: boolean;
  close: () => void;
  submit: (wanted: ApisOfService) => Promise<unknown>;
}

export function ApisDialog({ title, lead, service, mustRun, close, submit }: Given) {
  const { t } = useTranslation(['plans', 'rules', 'plugins']);
  const [form] = Form.useForm<Values>();
  const where = Form.useWatch('service', form) ?? service;
  const environment = Form.useWatch('environment', form);
  const forget = () => form.setFieldValue('apis', []);
  return (
    <FormDialog<Values>
      title={title}
      isOpen
      close={close}
      form={form}
      width={720}
      submit={({ apis, environment }) => submit({ service: where!, environment, apis: apis!.map(({ id }) => id) })}
    >
      {lead && <p className="dialog-text">{lead}</p>}
      {!service && <ServiceField changed={forget} />}
      <EnvironmentField />
      {where ? (
        <Form.Item
          name="apis"
          label={t('apis.left')}
          rules={[{ required: true, type: 'array', min: 1, message: t('rules:empty') }]}
        >
          <ApiChooser
            key={`${where}/${mustRun ? environment : ''}`}
            service={where}
            hindrance={mustRun ? (api) => (runsIn(api, environment) ? null : t('plugins:attach.notHere')) : undefined}
          />
        </Form.Item>
      ) : (
        <p className="quiet dialog-text">{t('apis.chooseFirst')}</p>
      )}
    </FormDialog>
  );
}

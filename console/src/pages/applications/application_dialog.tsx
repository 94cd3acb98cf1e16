/** Makes an application, or gives one another name. */
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Application, type ApplicationPair, type ApplicationValues, useCreateApplication, useEditApplication } from '@/api/applications';
import { FormDialog } from '@/parts/form_dialog';
import { rule } from '@/rules/fault';
import { longest, name } from '@/rules/name';

export function CreateApplication({ close, made }: { close: () => void; made: (pair: ApplicationPair) => void }) {
  const { t } = useTranslation('applications');
  const create = useCreateApplication();
  return (
    <FormDialog<ApplicationValues> title={t('create')} isOpen close={close} submit={async (values) => made(await create.mutateAsync(values))}>
      <Fields />
    </FormDialog>
  );
}

export function EditApplication({ application, close }: { application: Application; close: () => void }) {
  const { t } = useTranslation('applications');
  const edit = useEditApplication(application);
  const { name, description } = application;
  return (
    <FormDialog<ApplicationValues>
      title={t('edit', { name })}
      isOpen
      close={close}
      initial={{ name, description }}
      submit={(values) => edit.mutateAsync({ ...values, description: values.description ?? '' })}
    >
      <Fields kept={name} />
    </FormDialog>
  );
}

function Fields({ kept }: { kept?: string }) {
  const { t } = useTranslation('applications');
  return (
    <>
      <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(name(kept))]}>
        <Input autoFocus />
      </Form.Item>
      <Form.Item name="description" label={t('field.description')} rules={[rule(longest(200), false)]}>
        <Input.TextArea rows={2} placeholder={t('hint.description')} />
      </Form.Item>
    </>
  );
}

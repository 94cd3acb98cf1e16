/** Makes an API document, or gives one other values and builds it anew. */
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useApis } from '@/api/apis';
import { type ApiDocument, type DocumentPass, type DocumentValues, useCreateDocument, useEditDocument } from '@/api/documents';
import type { Environment } from '@/api/environments';
import { FormDialog } from '@/parts/form_dialog';
import type { Choice } from '@/parts/transfer';
import { Waiting } from '@/parts/waiting';
import { ApiChooser, EnvironmentField, ServiceField } from '@/pages/places/fields';
import { rule } from '@/rules/fault';
import { longest } from '@/rules/name';

interface Values {
  name: string;
  service: string;
  environment: Environment;
  apis?: Choice[];
}

function valuesOf({ apis, ...values }: Values, tags: DocumentValues['tags']): DocumentValues {
  return { ...values, apis: apis!.map(({ id }) => id), tags };
}

export function CreateDocument({ close, made }: { close: () => void; made: (pass: DocumentPass) => void }) {
  const { t } = useTranslation('documents');
  const create = useCreateDocument();
  const [form] = Form.useForm<Values>();
  return (
    <FormDialog<Values>
      title={t('create')}
      isOpen
      close={close}
      form={form}
      width={720}
      initial={{ environment: 'release' }}
      submit={async (values) => made(await create.mutateAsync(valuesOf(values, [])))}
    >
      <Fields forget={() => form.setFieldValue('apis', [])} />
    </FormDialog>
  );
}

export function EditDocument({ document, close }: { document: ApiDocument; close: () => void }) {
  const { t } = useTranslation('documents');
  const edit = useEditDocument(document);
  const [form] = Form.useForm<Values>();
  // The document tells the identifiers of its APIs alone.
  const apis = useApis(document.service, { q: '', page: '' }, 500);
  if (apis.isLoading) return <Waiting />;
  const names = new Map(apis.data?.items.map((one) => [one.id, one.name]));
  return (
    <FormDialog<Values>
      title={t('edit', { name: document.name })}
      isOpen
      close={close}
      form={form}
      width={720}
      initial={{
        name: document.name,
        service: document.service,
        environment: document.environment,
        apis: document.apis.map((id) => ({ id, name: names.get(id) ?? id })),
      }}
      submit={(values) => edit.mutateAsync(valuesOf(values, document.tags))}
    >
      <Fields forget={() => form.setFieldValue('apis', [])} />
    </FormDialog>
  );
}

function Fields({ forget }: { forget: () => void }) {
  const { t } = useTranslation(['documents', 'plans', 'rules']);
  const service = Form.useWatch<string>('service', Form.useFormInstance<Values>());
  return (
    <>
      <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(longest(50))]}>
        <Input autoFocus />
      </Form.Item>
      <ServiceField changed={forget} />
      <EnvironmentField />
      {service ? (
        <Form.Item
          name="apis"
          label={t('plans:apis.left')}
          extra={t('hint.apis')}
          rules={[{ required: true, type: 'array', min: 1, message: t('rules:empty') }]}
        >
          <ApiChooser key={service} service={service} />
        </Form.Item>
      ) : (
        <p className="quiet dialog-text">{t('plans:apis.chooseFirst')}</p>
      )}
    </>
  );
}

/** Takes a certificate in, or puts another in its place: a chain and its key, pasted or from files. */
import { UploadOutlined } from '@ant-design/icons';
import { App, Button, Form, Input, Upload } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Certificate, type NewCertificate, useSaveCertificate } from '@/api/certificates';
import { useEntered } from '@/parts/entered';
import { FormDialog } from '@/parts/form_dialog';
import { needed, rule } from '@/rules/fault';
import { longest } from '@/rules/name';

interface Given {
  /** The certificate to replace; none takes one in. */
  certificate?: Certificate;
  close: () => void;
  saved?: (certificate: Certificate) => void;
}

export function CertificateDialog({ certificate, close, saved }: Given) {
  const { t } = useTranslation('certificates');
  const { message } = App.useApp();
  const save = useSaveCertificate(certificate);
  return (
    <FormDialog<NewCertificate>
      title={certificate ? t('replaceTitle', { name: certificate.name }) : t('upload')}
      isOpen
      close={close}
      width={640}
      submit={async (values) => {
        const made = await save.mutateAsync({ ...values, name: values.name || undefined });
        message.success(t(certificate ? 'replaced' : 'uploaded'));
        saved?.(made);
      }}
    >
      {certificate ? (
        <p className="dialog-text">{t('replaceText')}</p>
      ) : (
        <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(longest(50), false)]}>
          <Input />
        </Form.Item>
      )}
      <Pem name="chain" label={t('field.chain')} hint={t('hint.chain')} begins="-----BEGIN CERTIFICATE-----" />
      <Pem name="key" label={t('field.key')} hint={t('hint.key')} begins="-----BEGIN PRIVATE KEY-----" />
    </FormDialog>
  );
}

/** A text in PEM, pasted or read from a file of this machine. */
export function Pem({ name, label, hint, begins, isFree }: { name: string; label: string; hint: string; begins: string; isFree?: boolean }) {
  const { t } = useTranslation('certificates');
  const form = Form.useFormInstance();
  const entered = useEntered();
  const read = async (file: File) => {
    form.setFieldValue(name, await file.text());
    entered();
    await form.validateFields([name]).catch(() => undefined);
  };
  return (
    <>
      <Form.Item name={name} label={label} extra={hint} rules={isFree ? [] : [needed()]}>
        <Input.TextArea className="mono" rows={4} placeholder={`${begins}\n…`} spellCheck={false} />
      </Form.Item>
      <Upload showUploadList={false} beforeUpload={(file) => (read(file), false)}>
        <Button size="small" icon={<UploadOutlined aria-hidden />} aria-label={`${t('fromFile')}: ${label}`}>
          {t('fromFile')}
        </Button>
      </Upload>
    </>
  );
}

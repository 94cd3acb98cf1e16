/** Binds a custom domain, and edits one that is bound. */
import { App, Button, Checkbox, Form, Input, Radio, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCertificates } from '@/api/certificates';
import { type Domain, type NewDomain, type PathMapping, useSaveDomain } from '@/api/domains';
import type { Service } from '@/api/services';
import { Copyable } from '@/parts/copyable';
import { useEntered } from '@/parts/entered';
import { Failure } from '@/parts/failure';
import { FormDialog } from '@/parts/form_dialog';
import { CertificateDialog, Pem } from '@/pages/certificates/certificate_dialog';
import { needed } from '@/rules/fault';
import { MappingFields } from './mapping_fields';

/** No identifier of a certificate has a colon. */
const ACME = ':acme';

interface Values {
  name: string;
  protocol: Domain['protocol'];
  certificate?: string;
  force_https: boolean;
  min_tls: Domain['min_tls'];
  isMapped: boolean;
  mappings?: PathMapping[];
  client_authorities?: string;
}

export function DomainDialog({ service, domain, close }: { service: Service; domain?: Domain; close: () => void }) {
  const { t } = useTranslation(['domains', 'services', 'certificates']);
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const save = useSaveDomain(service.id, domain);
  const known = useCertificates({ q: '', page: '' }, 500);
  /** While a certificate is taken in: what is told once it is chosen here. */
  const [uploading, setUploading] = useState<{ chosen: () => void } | null>(null);
  const isSecure = Form.useWatch('protocol', form) !== 'http';
  const isBoth = Form.useWatch('protocol', form) === 'both';
  const isMapped = Form.useWatch('isMapped', form);
  return (
    <>
      <FormDialog<Values>
        form={form}
        title={t(domain ? 'edit' : 'bind')}
        isOpen
        close={close}
        width={640}
        initial={valuesOf(domain)}
        submit={async (values) => {
          await save.mutateAsync(wanted(values, domain));
          message.success(t(domain ? 'changed' : 'bound'));
        }}
      >
        <Form.Item
          name="name"
          label={t('field.name')}
          extra={
            <>
              {t('hint.name')} <Copyable text={service.default_host} what={t('services:field.domain')} />
            </>
          }
          rules={[needed()]}
        >
          <Input disabled={Boolean(domain)} placeholder="api.example.com" />
        </Form.Item>
        <Form.Item name="protocol" label={t('field.protocol')}>
          <Radio.Group
            optionType="button"
            options={(['http', 'https', 'both'] as const).map((value) => ({ value, label: t(`services:protocol.${value}`) }))}
          />
        </Form.Item>
        {isSecure && (
          <>
            <Form.Item label={t('field.certificate')} required extra={t('hint.certificate')}>
              <div className="domain-certificate">
                <Form.Item name="certificate" noStyle rules={[needed()]}>
                  <Select
                    aria-label={t('field.certificate')}
                    placeholder={t('chooseCertificate')}
                    showSearch={{ optionFilterProp: 'label' }}
                    loading={known.isFetching}
                    options={[
                      { value: ACME, label: t('acme') },
                      ...(known.data?.items ?? [])
                        .filter(({ source }) => typeof source === 'string')
                        .map(({ id, name, names }) => ({ value: id, label: `${name} (${names.join(', ') || id})` })),
                    ]}
                  />
                </Form.Item>
                <UploadButton open={(chosen) => setUploading({ chosen })} />
              </div>
              {known.error && !known.data && <Failure error={known.error} retry={() => known.refetch()} />}
            </Form.Item>
            <Form.Item name="min_tls" label={t('field.minTls')}>
              <Radio.Group optionType="button" options={['1.2', '1.3'].map((value) => ({ value, label: `TLS ${value}` }))} />
            </Form.Item>
            <Form.Item name="force_https" valuePropName="checked" hidden={!isBoth}>
              <Checkbox>{t('field.forceHttps')}</Checkbox>
            </Form.Item>
          </>
        )}
        <Form.Item name="isMapped" label={t('field.mappings')} extra={t(isMapped ? 'hint.mapped' : 'hint.unmapped')}>
          <Radio.Group
            optionType="button"
            options={[
              { value: false, label: t('mapping.default') },
              { value: true, label: t('mapping.custom') },
            ]}
          />
        </Form.Item>
        {isMapped && <MappingFields name="mappings" />}
        {isSecure && (
          <Pem
            name="client_authorities"
            label={t('field.authorities')}
            hint={t('hint.authorities')}
            begins="-----BEGIN CERTIFICATE-----"
            isFree
          />
        )}
      </FormDialog>
      {uploading && (
        <CertificateDialog
          close={() => setUploading(null)}
          saved={({ id }) => {
            form.setFieldValue('certificate', id);
            uploading.chosen();
          }}
        />
      )}
    </>
  );
}

function UploadButton({ open }: { open: (chosen: () => void) => void }) {
  const { t } = useTranslation('certificates');
  const entered = useEntered();
  return <Button onClick={() => open(entered)}>{t('upload')}</Button>;
}

function valuesOf(domain?: Domain): Partial<Values> {
  if (!domain) return { protocol: 'https', force_https: false, min_tls: '1.2', isMapped: false, mappings: [FIRST] };
  const { written, protocol, certificate, force_https, min_tls, mappings, client_authorities } = domain;
  return {
    name: written,
    protocol,
    certificate: certificate === 'acme' ? ACME : (certificate?.stored ?? undefined),
    force_https,
    min_tls,
    isMapped: mappings !== null,
    mappings: mappings ?? [FIRST],
    client_authorities: client_authorities ?? undefined,
  };
}

const FIRST: PathMapping = { path: '/', environment: 'release' };

/** What is sent; what the form does not show is not asked for. */
function wanted({ isMapped, certificate, client_authorities, force_https, min_tls, ...values }: Values, domain?: Domain): NewDomain {
  const isSecure = values.protocol !== 'http';
  return {
    name: domain?.name ?? values.name,
    protocol: values.protocol,
    mappings: isMapped ? values.mappings : null,
    force_https: values.protocol === 'both' && force_https,
    client_authorities: (isSecure && client_authorities?.trim()) || null,
    ...(isSecure && { min_tls, certificate: certificate === ACME ? 'acme' : { stored: certificate! } }),
  };
}

/** One API: everything that its author said, and where it runs. */
import { Alert, App, Button, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useAbout } from '@/api/about';
import { type Api, useApi, useDeleteApi } from '@/api/apis';
import type { Definition } from '@/api/definition';
import { useService } from '@/api/services';
import { Copyable } from '@/parts/copyable';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Fact, Facts, Section } from '@/parts/facts';
import { Chip, Mark } from '@/parts/mark';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { Time } from '@/parts/time';
import { Unloaded } from '@/parts/unloaded';
import { addresses } from '@/pages/service/addresses';
import { Access } from './access';
import { isShown } from './draft';
import { authWords, backendWords } from './kinds';
import './detail.css';

export default function ApiPage() {
  const { t } = useTranslation(['apis', 'shell', 'services', 'debug']);
  const { service: serviceId, api: apiId } = useParams() as { service: string; api: string };
  const service = useService(serviceId);
  const loaded = useApi(serviceId, apiId);
  const about = useAbout().data;
  const remove = useDeleteApi(serviceId);
  const navigate = useNavigate();
  const { message } = App.useApp();
  const [isLeaving, setLeaving] = useState(false);
  if (!loaded.data || !service.data) return <Unloaded of={[loaded, service]} />;
  const api = loaded.data.value;
  const { definition } = api;
  const isForeign = !isShown(definition.backend.type, definition.auth);
  const place = `/services/${serviceId}/apis`;
  const runs = new Set(api.running_in.map((one) => one.environment));
  const open = addresses(service.data.value, about).filter((one) => runs.has(one.name));
  return (
    <>
      <PageHead
        title={definition.name}
        crumbs={[
          { text: t('shell:nav.services'), to: '/services' },
          { text: service.data.value.name, to: place },
        ]}
        beside={<span className="mono quiet">{api.id}</span>}
        actions={
          <For role="editor">
            <Button danger onClick={() => setLeaving(true)}>
              {t('shell:action.delete')}
            </Button>
            <Button onClick={() => navigate(`${place}/${api.id}/debug`)}>{t('debug:open')}</Button>
            <Button disabled={isForeign} onClick={() => navigate(`${place}/new?from=${api.id}`)}>
              {t('duplicate.action')}
            </Button>
            <Button type="primary" disabled={isForeign} onClick={() => navigate(`${place}/${api.id}/edit`)}>
              {t('shell:action.edit')}
            </Button>
          </For>
        }
      />
      <div className="stack">
        {isForeign && <Alert type="info" showIcon title={t('detail.foreign')} />}
        <Section title={t('detail.frontend')}>
          <Facts>
            <Fact name={t('field.path')}>
              <span className="row">
                <Chip tone="brand">{definition.method}</Chip>
                <span className="mono">{definition.path}</span>
              </span>
            </Fact>
            <Fact name={t('field.auth')}>{authWords(definition.auth)}</Fact>
            <Fact name={t('field.cors')}>{t(definition.cors ? 'yes' : 'no')}</Fact>
            <Fact name={t('list.modified')}>
              <Time at={api.modified} />
            </Fact>
            <Fact name={t('field.description')}>{definition.description || '–'}</Fact>
            <Fact name={t('list.environments')}>
              <Running api={api} />
            </Fact>
            {open.map(({ name, url }) => (
              <Fact key={url} name={`${t('detail.url')} · ${t(`services:environment.${name}`)}`} isWide>
                <Copyable text={url + definition.path.replace(/^(\^~|=)/, '')} what={t('detail.url')} isWide />
              </Fact>
            ))}
          </Facts>
          <Parameters definition={definition} />
        </Section>
        <Section title={t('detail.backend')}>
          <Backend definition={definition} />
        </Section>
        <Access service={serviceId} api={api.id} isForApplications={definition.auth === 'application'} />
        <Section title={t('detail.response')}>
          <Response definition={definition} />
        </Section>
      </div>
      <DeleteDialog
        title={t('delete.title')}
        isOpen={isLeaving}
        close={() => setLeaving(false)}
        remove={async () => {
          await remove.mutateAsync(api.id);
          message.success(t('delete.done'));
          navigate(place);
        }}
      >
        {t('delete.text', { name: definition.name })}
      </DeleteDialog>
    </>
  );
}

function Running({ api }: { api: Api }) {
  const { t } = useTranslation(['apis', 'services']);
  if (api.running_in.length === 0) return <Mark tone="quiet">{t('detail.unpublished')}</Mark>;
  return (
    <span className="row">
      {api.running_in.map((one) => (
        <Mark key={one.environment} tone={one.revision === api.revision ? 'good' : 'warn'}>
          {t(`services:environment.${one.environment}`)}
          {one.revision !== api.revision && ` · ${t('detail.behind')}`}
        </Mark>
      ))}
    </span>
  );
}

function Parameters({ definition }: { definition: Definition }) {
  const { t } = useTranslation('apis');
  const parameters = definition.parameters ?? [];
  return (
    <>
      <h3 className="detail-title">{t('parameters.title')}</h3>
      {parameters.length === 0 ? (
        <p className="quiet">{t('parameters.none')}</p>
      ) : (
        <Table
          aria-label={t('parameters.title')}
          size="small"
          pagination={false}
          tableLayout="auto" scroll={{ x: true }}
          rowKey={(one) => `${one.location}:${one.name}`}
          dataSource={parameters}
          columns={[
            { title: t('parameters.name'), dataIndex: 'name', className: 'mono' },
            { title: t('parameters.location'), key: 'location', render: (_, one) => t(`location.${one.location}`) },
            { title: t('parameters.type'), dataIndex: 'type_name' },
            { title: t('parameters.default'), key: 'default', render: (_, one) => one.default ?? '–' },
            { title: t('parameters.required'), key: 'required', render: (_, one) => t(one.required ? 'yes' : 'no') },
            { title: t('parameters.description'), key: 'description', render: (_, one) => one.description || '–' },
          ]}
        />
      )}
    </>
  );
}

function Backend({ definition }: { definition: Definition }) {
  const { t } = useTranslation('apis');
  const { backend } = definition;
  return (
    <>
      <Facts>
        <Fact name={t('field.backend')}>{backendWords(backend.type)}</Fact>
        {(backend.type === 'http' || backend.type === 'upstream') && (
          <>
            {backend.type === 'http' ? (
              <Fact name={t('field.origin')}>
                <Copyable text={backend.origin} what={t('field.origin')} isWide />
              </Fact>
            ) : (
              <Fact name={t('field.upstream')}>
                <Link className="mono" to={`/upstreams/${backend.upstream}`}>
                  {backend.upstream}
                </Link>
              </Fact>
            )}
            <Fact name={t('field.backendPath')}>
              <span className="mono">{backend.path || '–'}</span>
            </Fact>
            <Fact name={t('field.backendMethod')}>
              {typeof backend.method === 'object' ? backend.method.fixed : t('backend.same')}
            </Fact>
            <Fact name={t('field.timeout')}>
              {definition.timeout} {t('seconds')}
            </Fact>
          </>
        )}
        {backend.type === 'mock' && <Fact name={t('field.mockStatus')}>{backend.status ?? 200}</Fact>}
      </Facts>
      {backend.type === 'mock' && (
        <>
          <h3 className="detail-title">{t('field.mockBody')}</h3>
          <pre className="detail-text">{backend.body || t('preview.empty')}</pre>
        </>
      )}
      {(definition.mappings ?? []).length > 0 && (
        <>
          <h3 className="detail-title">{t('mappings.title')}</h3>
          <Table
            aria-label={t('mappings.title')}
            size="small"
            pagination={false}
            tableLayout="auto" scroll={{ x: true }}
            rowKey={(one) => `${one.location}:${one.name}`}
            dataSource={definition.mappings}
            columns={[
              { title: t('mappings.name'), dataIndex: 'name', className: 'mono' },
              { title: t('mappings.location'), key: 'location', render: (_, one) => t(`location.${one.location}`) },
              { title: t('mappings.sourceName'), dataIndex: 'source_name', className: 'mono' },
              { title: t('mappings.sourceLocation'), key: 'source', render: (_, one) => t(`location.${one.source_location}`) },
            ]}
          />
        </>
      )}
      {(definition.constants ?? []).length > 0 && (
        <>
          <h3 className="detail-title">{t('constants.title')}</h3>
          <Table
            aria-label={t('constants.title')}
            size="small"
            pagination={false}
            tableLayout="auto" scroll={{ x: true }}
            rowKey={(one) => `${one.location}:${one.name}`}
            dataSource={definition.constants}
            columns={[
              { title: t('mappings.name'), dataIndex: 'name', className: 'mono' },
              { title: t('parameters.location'), key: 'location', render: (_, one) => t(`location.${one.location}`) },
              { title: t('constants.value'), dataIndex: 'value', className: 'mono' },
              { title: t('parameters.description'), key: 'description', render: (_, one) => one.description || '–' },
            ]}
          />
        </>
      )}
    </>
  );
}

function Response({ definition }: { definition: Definition }) {
  const { t } = useTranslation('apis');
  const guide = definition.response;
  return (
    <>
      <Facts>
        <Fact name={t('field.bodyType')}>{guide?.body_type ?? '–'}</Fact>
      </Facts>
      {guide?.success_example && (
        <>
          <h3 className="detail-title">{t('field.successExample')}</h3>
          <pre className="detail-text">{guide.success_example}</pre>
        </>
      )}
      {guide?.failure_example && (
        <>
          <h3 className="detail-title">{t('field.failureExample')}</h3>
          <pre className="detail-text">{guide.failure_example}</pre>
        </>
      )}
      {(guide?.error_codes ?? []).length > 0 && (
        <>
          <h3 className="detail-title">{t('codes.title')}</h3>
          <Table
            aria-label={t('codes.title')}
            size="small"
            pagination={false}
            rowKey="code"
            dataSource={guide!.error_codes}
            columns={[
              { title: t('codes.code'), dataIndex: 'code', className: 'mono' },
              { title: t('codes.message'), dataIndex: 'message' },
              { title: t('parameters.description'), key: 'description', render: (_, one) => one.description || '–' },
            ]}
          />
        </>
      )}
    </>
  );
}

/** The APIs of a service. */
import { PlusOutlined } from '@ant-design/icons';
import { App, Button, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type ApiSummary, useApis, useDeleteApi } from '@/api/apis';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { Chip, Mark } from '@/parts/mark';
import { For } from '@/parts/may';
import { DataTable, useListState } from '@/parts/table';
import { Time } from '@/parts/time';
import { authWords, backendWords } from '@/pages/apis/kinds';
import { useThisService } from '.';

export default function Apis() {
  const { t } = useTranslation(['apis', 'shell', 'services', 'debug']);
  const service = useThisService();
  const state = useListState();
  const loaded = useApis(service.id, state);
  const remove = useDeleteApi(service.id);
  const { message } = App.useApp();
  const [leaving, setLeaving] = useState<ApiSummary | null>(null);
  const place = `/services/${service.id}/apis`;
  const create = (
    <For role="editor">
      <Link to={`${place}/new`}>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} tabIndex={-1}>
          {t('shell:action.create')}
        </Button>
      </Link>
    </For>
  );
  const columns: TableColumnsType<ApiSummary> = [
    {
      title: t('list.name'),
      key: 'name',
      render: (_, api) => (
        <>
          <Link className="cell-main" to={`${place}/${api.id}`}>
            {api.name}
          </Link>
          <div className="cell-sub mono">{api.id}</div>
        </>
      ),
    },
    {
      title: t('list.path'),
      key: 'path',
      render: (_, api) => (
        <span className="row">
          <Chip tone="brand">{api.method}</Chip>
          <span className="mono">{api.path}</span>
        </span>
      ),
    },
    { title: t('list.auth'), key: 'auth', render: (_, api) => authWords(api.auth) },
    { title: t('list.backend'), key: 'backend', render: (_, api) => backendWords(api.backend) },
    {
      title: t('list.environments'),
      key: 'environments',
      render: (_, api) =>
        api.running_in.length === 0 ? (
          <Mark tone="quiet">{t('list.nowhere')}</Mark>
        ) : (
          <span className="row">
            {api.running_in.map((one) => (
              <Mark key={one.environment} tone={one.revision === api.revision ? 'good' : 'warn'}>
                {t(`services:environment.${one.environment}`)}
                {one.revision !== api.revision && <span className="quiet" title={t('detail.behind')}>{` · ${t('list.behind')}`}</span>}
              </Mark>
            ))}
          </span>
        ),
    },
    { title: t('list.modified'), key: 'modified', render: (_, api) => <Time at={api.modified} /> },
    {
      title: t('shell:list.actions'),
      key: 'actions',
      render: (_, api) => (
        <div className="cell-actions">
          <Link className="cell-action" to={`${place}/${api.id}/debug`}>
            {t('debug:open')}
          </Link>
          <Link className="cell-action" to={`${place}/${api.id}/edit`}>
            {t('shell:action.edit')}
          </Link>
          <Link className="cell-action" to={`${place}/new?from=${api.id}`}>
            {t('duplicate.action')}
          </Link>
          <Button type="link" size="small" danger onClick={() => setLeaving(api)}>
            {t('shell:action.delete')}
          </Button>
        </div>
      ),
    },
  ];
  return (
    <>
      <DataTable
        label={t('list.label')}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(api) => api.id}
        searchHint={t('list.search')}
        actions={create}
        empty={
          <Empty title={t('empty.title')} action={create}>
            {t('empty.text')}
          </Empty>
        }
      />
      <DeleteDialog
        title={t('delete.title')}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        remove={async () => {
          await remove.mutateAsync(leaving!.id);
          message.success(t('delete.done'));
        }}
      >
        {t('delete.text', { name: leaving?.name })}
      </DeleteDialog>
    </>
  );
}

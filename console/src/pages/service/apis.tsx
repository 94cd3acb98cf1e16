/** The APIs of a service. */
import { App, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiSummary, useApis, useDeleteApi } from '@/api/apis';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, nameColumn, timeColumn } from '@/parts/columns';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { useListState } from '@/parts/list_state';
import { Chip, Mark } from '@/parts/mark';
import { DataTable } from '@/parts/table';
import { isShown } from '@/pages/apis/draft';
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
  const create = <AddButton to={`${place}/new`}>{t('shell:action.create')}</AddButton>;
  const columns: TableColumnsType<ApiSummary> = [
    nameColumn(t('list.name'), place),
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
    timeColumn(t('list.modified'), 'modified'),
    actionColumn(t('shell:list.actions'), (api) => {
      const hindrance = isShown(api.backend, api.auth) ? undefined : t('detail.foreign');
      return (
        <>
          <Action to={`${place}/${api.id}/debug`}>{t('debug:open')}</Action>
          <Action to={`${place}/${api.id}/edit`} hindrance={hindrance}>
            {t('shell:action.edit')}
          </Action>
          <Action to={`${place}/new?from=${api.id}`} hindrance={hindrance}>
            {t('duplicate.action')}
          </Action>
          <Action isDanger onClick={() => setLeaving(api)}>{t('shell:action.delete')}</Action>
        </>
      );
    }),
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

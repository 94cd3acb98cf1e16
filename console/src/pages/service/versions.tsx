/** The versions of a service: everything that was ever published. */
import { Button, Dropdown, Modal, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type EnvironmentState, type Release, useReleases } from '@/api/environments';
import { descriptionColumn, timeColumn } from '@/parts/columns';
import { Empty } from '@/parts/empty';
import { useListState } from '@/parts/list_state';
import { Mark } from '@/parts/mark';
import { For } from '@/parts/may';
import { DataTable } from '@/parts/table';
import { Changes } from '@/pages/services/changes';
import { VersionName } from './environments';
import { SwitchDialog } from './switch_dialog';
import { useThisService } from '.';

export default function Versions() {
  const { t } = useTranslation(['services', 'shell']);
  const service = useThisService();
  const state = useListState();
  const loaded = useReleases(service.id, state);
  const [compared, setCompared] = useState<Release | null>(null);
  const [switched, setSwitched] = useState<{ version: string; environment: EnvironmentState } | null>(null);
  const columns: TableColumnsType<Release> = [
    { title: t('versions.name'), key: 'version', render: (_, release) => <VersionName version={release.version} /> },
    timeColumn(t('versions.created'), 'created'),
    { title: t('versions.members'), key: 'apis', className: 'figures', render: (_, release) => release.apis },
    {
      title: t('versions.runs'),
      key: 'runs',
      render: (_, release) =>
        release.running_in.length === 0 ? (
          <span className="quiet">–</span>
        ) : (
          <span className="row">
            {release.running_in.map((one) => (
              <Mark key={one} tone="good">
                {t(`environment.${one}`)}
              </Mark>
            ))}
          </span>
        ),
    },
    descriptionColumn(t('field.description')),
    {
      title: t('shell:list.actions'),
      key: 'more',
      render: (_, release) => (
        <div className="cell-actions">
          <Button type="link" size="small" onClick={() => setCompared(release)}>
            {t('versions.compare')}
          </Button>
          <For role="editor">
            <Dropdown
              trigger={['click']}
              menu={{
                items: service.environments.map((environment) => ({
                  key: environment.name,
                  label: t(`environment.${environment.name}`),
                  disabled: environment.running?.version === release.version,
                  onClick: () => setSwitched({ version: release.version, environment }),
                })),
              }}
            >
              <Button type="link" size="small">
                {t('action.run')}
              </Button>
            </Dropdown>
          </For>
        </div>
      ),
    },
  ];
  return (
    <>
      <DataTable
        label={t('versions.label')}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(release) => release.version}
        empty={<Empty title={t('versions.empty')}>{t('versions.emptyHint')}</Empty>}
      />
      <Modal
        title={t('versions.compareTitle')}
        open={compared !== null}
        onCancel={() => setCompared(null)}
        footer={<Button onClick={() => setCompared(null)}>{t('shell:action.close')}</Button>}
        width={720}
        destroyOnHidden
      >
        {compared && <Changes service={service.id} from={`version:${compared.version}`} to="working" />}
      </Modal>
      {switched && (
        <SwitchDialog service={service} environment={switched.environment} version={switched.version} close={() => setSwitched(null)} />
      )}
    </>
  );
}

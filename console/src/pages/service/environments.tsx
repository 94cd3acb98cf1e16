/** The three environments of a service, what they run, and how they came to it. */
import { EditOutlined } from '@ant-design/icons';
import { App, Button, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAbout } from '@/api/about';
import { type EnvironmentState, type ReleaseEvent, useHistory, useTakeOffline } from '@/api/environments';
import { Action, actionColumn, Named, timeColumn } from '@/parts/columns';
import { Copyable } from '@/parts/copyable';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { Section } from '@/parts/facts';
import { useListState } from '@/parts/list_state';
import { Mark } from '@/parts/mark';
import { For } from '@/parts/may';
import { DataTable, pinned } from '@/parts/table';
import { number } from '@/parts/time';
import { PublishDialog } from '@/pages/services/publish_dialog';
import { addresses } from './addresses';
import { RateDialog } from './rate_dialog';
import { SwitchDialog } from './switch_dialog';
import { ApiThrottles } from './throttles';
import { useThisService } from '.';

type Open = { dialog: 'publish' | 'switch' | 'offline' | 'rate'; environment: EnvironmentState };

export default function Environments() {
  const { t, i18n } = useTranslation(['services', 'shell']);
  const service = useThisService();
  const about = useAbout().data;
  const offline = useTakeOffline(service.id);
  const { message } = App.useApp();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const places = addresses(service, about);
  const columns: TableColumnsType<EnvironmentState> = [
    { title: t('environments.name'), key: 'name', render: (_, one) => <Named name={t(`environment.${one.name}`)} id={one.name} /> },
    {
      title: t('environments.url'),
      key: 'url',
      render: (_, one) => {
        const place = places.find(({ name }) => name === one.name);
        return place ? (
          // The whole of it is copied, and shown with the service's information; here its end tells it from the others.
          <Copyable text={place.url} what={t('environments.url')}>
            {one.path_prefix}
          </Copyable>
        ) : (
          <span className="quiet mono">{one.path_prefix}</span>
        );
      },
    },
    {
      title: t('environments.state'),
      key: 'state',
      render: (_, one) => <Mark tone={one.running ? 'good' : 'quiet'}>{t(one.running ? 'state.published' : 'state.unpublished')}</Mark>,
    },
    {
      title: t('environments.version'),
      key: 'version',
      render: (_, one) =>
        one.running ? (
          <>
            <VersionName version={one.running.version} />
            <div className="cell-sub">{one.running.description || '–'}</div>
          </>
        ) : (
          '–'
        ),
    },
    {
      title: t('environments.rate'),
      key: 'rate',
      className: 'figures',
      render: (_, one) => (
        <span className="row is-tight">
          {t('environments.rateOf', { rate: number(one.rate, i18n.language) })}
          <For role="editor">
            <Button
              type="text"
              size="small"
              icon={<EditOutlined />}
              aria-label={t('throttles.ofEnvironment', { environment: t(`environment.${one.name}`) })}
              onClick={() => setOpen({ dialog: 'rate', environment: one })}
            />
          </For>
        </span>
      ),
    },
    actionColumn(t('shell:list.actions'), (environment) => (
      <For role="editor">
        <Action onClick={() => setOpen({ dialog: 'publish', environment })}>{t('action.publish')}</Action>
        <Action onClick={() => setOpen({ dialog: 'switch', environment })}>{t('action.switch')}</Action>
        <Action isDanger isDisabled={!environment.running} onClick={() => setOpen({ dialog: 'offline', environment })}>
          {t('action.offline')}
        </Action>
      </For>
    )),
  ];
  const nameOf = (environment: EnvironmentState) => t(`environment.${environment.name}`);
  return (
    <div className="stack">
      <div className="card">
        <Table
          aria-label={t('environments.label')}
          columns={columns.map(pinned)}
          dataSource={service.environments}
          rowKey="name"
          pagination={false}
          tableLayout="auto" scroll={{ x: true }}
        />
      </div>
      <ApiThrottles />
      <Section title={t('environments.history')}>
        <History />
      </Section>
      {open?.dialog === 'publish' && <PublishDialog service={service} environment={open.environment.name} close={close} />}
      {open?.dialog === 'switch' && <SwitchDialog service={service} environment={open.environment} close={close} />}
      {open?.dialog === 'rate' && <RateDialog environment={open.environment} close={close} />}
      {open?.dialog === 'offline' && (
        <DeleteDialog
          title={t('offline.title', { environment: nameOf(open.environment) })}
          isOpen
          close={close}
          okText={t('action.offline')}
          remove={async () => {
            await offline.mutateAsync(open.environment.name);
            message.success(t('offline.done', { environment: nameOf(open.environment) }));
          }}
        >
          {t('offline.text')}
        </DeleteDialog>
      )}
    </div>
  );
}

/** A version's name is its time and a random part; its day and its end are enough to tell it from others. */
export function VersionName({ version }: { version: string }) {
  const { t } = useTranslation('services');
  return (
    <span className="version-name">
      <Copyable text={version} what={t('versions.name')}>
        {version.length > 30 ? `${version.slice(0, 8)}…${version.slice(-4)}` : version}
      </Copyable>
    </span>
  );
}

function History() {
  const { t } = useTranslation('services');
  const service = useThisService();
  const state = useListState('history_');
  const loaded = useHistory(service.id, state, 20);
  const columns: TableColumnsType<ReleaseEvent> = [
    timeColumn(t('environments.time'), 'time'),
    { title: t('environments.name'), key: 'environment', render: (_, event) => t(`environment.${event.environment}`) },
    {
      title: t('environments.event'),
      key: 'what',
      render: (_, event) => <Mark tone={event.released ? 'good' : 'brand'}>{t(event.released ? 'action.publish' : 'action.switch')}</Mark>,
    },
    { title: t('versions.name'), key: 'version', render: (_, event) => <VersionName version={event.version} /> },
    { title: t('field.description'), key: 'description', render: (_, event) => event.description || '–' },
  ];
  return (
    <DataTable
      label={t('environments.history')}
      state={state}
      loaded={loaded}
      columns={columns}
      isPlain
      rowKey={(event) => `${event.environment}/${event.sequence}`}
      empty={
        <Empty isSmall title={t('environments.historyEmpty')}>
          {t('environments.historyHint')}
        </Empty>
      }
    />
  );
}

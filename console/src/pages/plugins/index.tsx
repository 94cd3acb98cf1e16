/** All plugins: what is done with calls, and on how many APIs. */
import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Select, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { type Plugin, type PluginKind, usePlugins } from '@/api/plugins';
import { ListPage } from '@/parts/list_page';
import { For } from '@/parts/may';
import { useListState } from '@/parts/table';
import { Time } from '@/parts/time';
import { AttachDialog } from './attach_dialog';
import { DeletePlugin } from './delete_plugin';
import { kindWords } from './kind_words';
import { ALL_KINDS } from './kinds';
import { PluginDialog } from './plugin_dialog';

type Open = { dialog: 'create' } | { dialog: 'edit' | 'attach' | 'delete'; plugin: Plugin };

export default function Plugins() {
  const { t } = useTranslation(['plugins', 'shell']);
  const { message } = App.useApp();
  const navigate = useNavigate();
  const state = useListState();
  const [params, setParams] = useSearchParams();
  const type = ALL_KINDS.find((kind) => kind === params.get('type'));
  const loaded = usePlugins(state, type);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const create = (
    <For role="editor">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen({ dialog: 'create' })}>
        {t('shell:action.create')}
      </Button>
    </For>
  );
  const narrow = (kind?: PluginKind) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      after.delete('page');
      if (kind) after.set('type', kind);
      else after.delete('type');
      return after;
    });
  const filters = (
    <Select
      className="plugin-filter"
      virtual={false}
      aria-label={t('field.type')}
      placeholder={t('allTypes')}
      allowClear
      value={type}
      onChange={narrow}
      options={ALL_KINDS.map((value) => ({ value, label: kindWords(value) }))}
    />
  );
  const columns: TableColumnsType<Plugin> = [
    {
      title: `${t('field.id')}/${t('field.name')}`,
      key: 'name',
      render: (_, plugin) => (
        <>
          <Link className="cell-main" to={`/plugins/${plugin.id}`}>
            {plugin.name}
          </Link>
          <div className="cell-sub mono">{plugin.id}</div>
        </>
      ),
    },
    { title: t('field.type'), key: 'type', render: (_, plugin) => kindWords(plugin.type) },
    { title: t('field.attachments'), key: 'attachments', className: 'figures', render: (_, plugin) => plugin.attachments },
    { title: t('field.description'), key: 'description', render: (_, plugin) => <span className="cell-text">{plugin.description || '–'}</span> },
    { title: t('field.modified'), key: 'modified', render: (_, plugin) => <Time at={plugin.modified} /> },
    {
      title: t('shell:list.actions'),
      key: 'actions',
      render: (_, plugin) => (
        <div className="cell-actions">
          <Button type="link" size="small" onClick={() => setOpen({ dialog: 'attach', plugin })}>
            {t('attach.action')}
          </Button>
          <Button type="link" size="small" onClick={() => setOpen({ dialog: 'edit', plugin })}>
            {t('shell:action.edit')}
          </Button>
          <Button type="link" size="small" danger onClick={() => setOpen({ dialog: 'delete', plugin })}>
            {t('shell:action.delete')}
          </Button>
        </div>
      ),
    },
  ];
  return (
    <>
      <ListPage
        title={t('title')}
        lead={t('lead')}
        create={create}
        filters={filters}
        state={state}
        isNarrowed={type !== undefined}
        loaded={loaded}
        columns={columns}
        rowKey={(plugin) => plugin.id}
        searchHint={t('search')}
        empty={{ title: t('empty.title'), text: t('empty.text') }}
      />
      {open?.dialog === 'create' && (
        <PluginDialog
          close={close}
          saved={(plugin) => {
            message.success(t('created'));
            navigate(`/plugins/${plugin.id}`);
          }}
        />
      )}
      {open?.dialog === 'edit' && <PluginDialog plugin={open.plugin} close={close} saved={() => message.success(t('saved'))} />}
      {open?.dialog === 'attach' && <AttachDialog plugin={open.plugin} close={close} />}
      {open?.dialog === 'delete' && <DeletePlugin plugin={open.plugin} close={close} />}
    </>
  );
}

/** All plugins: what is done with calls, and on how many APIs. */
import { App, Select, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { type Plugin, type PluginKind, usePlugins } from '@/api/plugins';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, descriptionColumn, nameColumn, timeColumn } from '@/parts/columns';
import { ListPage } from '@/parts/list_page';
import { movedTo, useListState } from '@/parts/list_state';
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
  const create = <AddButton onClick={() => setOpen({ dialog: 'create' })}>{t('shell:action.create')}</AddButton>;
  const narrow = (kind?: PluginKind) =>
    setParams((before) => {
      const after = movedTo(before, {});
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
    nameColumn(`${t('field.id')}/${t('field.name')}`, '/plugins'),
    { title: t('field.type'), key: 'type', render: (_, plugin) => kindWords(plugin.type) },
    { title: t('field.attachments'), key: 'attachments', className: 'figures', render: (_, plugin) => plugin.attachments },
    descriptionColumn(t('field.description')),
    timeColumn(t('field.modified'), 'modified'),
    actionColumn(t('shell:list.actions'), (plugin) => (
      <>
        <Action onClick={() => setOpen({ dialog: 'attach', plugin })}>{t('attach.action')}</Action>
        <Action onClick={() => setOpen({ dialog: 'edit', plugin })}>{t('shell:action.edit')}</Action>
        <Action isDanger onClick={() => setOpen({ dialog: 'delete', plugin })}>{t('shell:action.delete')}</Action>
      </>
    )),
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

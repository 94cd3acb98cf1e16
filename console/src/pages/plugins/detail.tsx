/** One plugin: what it does, and the APIs that it is on. */
import { PlusOutlined } from '@ant-design/icons';
import { App, Button, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { type Attachment, useAttachments, useDetach, usePlugin } from '@/api/plugins';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { Fact, Facts, Section } from '@/parts/facts';
import { Failure } from '@/parts/failure';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { DataTable, useListState } from '@/parts/table';
import { Time } from '@/parts/time';
import { Waiting } from '@/parts/waiting';
import { usePlaceColumns } from '@/pages/places/api_name';
import { AttachDialog } from './attach_dialog';
import { DeletePlugin } from './delete_plugin';
import { kindWords } from './kind_words';
import { PluginDialog } from './plugin_dialog';
import './plugins.css';

export default function PluginPage() {
  const { t } = useTranslation(['plugins', 'shell', 'services']);
  const { plugin: id } = useParams() as { plugin: string };
  const { message } = App.useApp();
  const navigate = useNavigate();
  const loaded = usePlugin(id);
  const state = useListState();
  const attachments = useAttachments(id, state);
  const detach = useDetach();
  const [dialog, setDialog] = useState<'edit' | 'attach' | 'delete' | null>(null);
  const [leaving, setLeaving] = useState<Attachment | null>(null);
  const places = usePlaceColumns<Attachment>();
  if (loaded.error) return <Failure error={loaded.error} retry={() => loaded.refetch()} />;
  if (!loaded.data) return <Waiting />;
  const plugin = loaded.data.value;
  const close = () => setDialog(null);
  const attach = (
    <For role="editor">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setDialog('attach')}>
        {t('attach.action')}
      </Button>
    </For>
  );
  const columns: TableColumnsType<Attachment> = [
    ...places,
    { title: t('attach.time'), key: 'attached', render: (_, one) => <Time at={one.attached} /> },
    {
      title: t('shell:list.actions'),
      key: 'actions',
      render: (_, one) => (
        <div className="cell-actions">
          <Button type="link" size="small" danger onClick={() => setLeaving(one)}>
            {t('detach.action')}
          </Button>
        </div>
      ),
    },
  ];
  return (
    <>
      <PageHead
        title={plugin.name}
        crumbs={[{ text: t('shell:nav.plugins'), to: '/plugins' }]}
        beside={<span className="mono quiet">{plugin.id}</span>}
        actions={
          <For role="editor">
            <Button danger onClick={() => setDialog('delete')}>
              {t('shell:action.delete')}
            </Button>
            <Button type="primary" onClick={() => setDialog('edit')}>
              {t('shell:action.edit')}
            </Button>
          </For>
        }
      />
      <div className="stack">
        <Section title={t('detail.info')}>
          <Facts>
            <Fact name={t('field.type')}>{kindWords(plugin.type)}</Fact>
            <Fact name={t('field.modified')}>
              <Time at={plugin.modified} />
            </Fact>
            <Fact name={t('field.created')}>
              <Time at={plugin.created} />
            </Fact>
            <Fact name={t('field.description')}>{plugin.description || '–'}</Fact>
            <Fact name={t('field.data')} isWide>
              {/* What scrolls can be reached by keyboard. */}
              <pre className="plugin-data mono" tabIndex={0}>
                {JSON.stringify(plugin.data, null, 2)}
              </pre>
            </Fact>
          </Facts>
        </Section>
        <DataTable
          label={t('detail.apis')}
          state={state}
          loaded={attachments}
          columns={columns}
          rowKey={(one) => `${one.service}/${one.environment}/${one.api}`}
          actions={attach}
          empty={
            <Empty isSmall title={t('attach.empty')} action={attach}>
              {t('attach.emptyHint')}
            </Empty>
          }
        />
      </div>
      {dialog === 'edit' && <PluginDialog plugin={plugin} close={close} saved={() => message.success(t('saved'))} />}
      {dialog === 'attach' && <AttachDialog plugin={plugin} close={close} />}
      {dialog === 'delete' && <DeletePlugin plugin={plugin} close={close} done={() => navigate('/plugins')} />}
      <DeleteDialog
        title={t('detach.title', { api: leaving?.api_name ?? leaving?.api })}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        okText={t('detach.action')}
        remove={() => detach.mutateAsync(leaving!)}
      >
        {leaving && t('detach.text', { environment: t(`services:environment.${leaving.environment}`) })}
      </DeleteDialog>
    </>
  );
}

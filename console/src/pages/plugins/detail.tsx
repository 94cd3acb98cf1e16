/** One plugin: what it does, and the APIs that it is on. */
import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { type Attachment, type Plugin, useAttachments, useDetach, usePlugin } from '@/api/plugins';
import { AddButton } from '@/parts/add_button';
import { timeColumn } from '@/parts/columns';
import { Fact, Facts, Section } from '@/parts/facts';
import { useListState } from '@/parts/list_state';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { Time } from '@/parts/time';
import { Unloaded } from '@/parts/unloaded';
import { PlaceList } from '@/pages/places/place_list';
import { AttachDialog } from './attach_dialog';
import { DeletePlugin } from './delete_plugin';
import { kindWords } from './kind_words';
import { PluginDialog } from './plugin_dialog';
import './plugins.css';

/** What is edited is as it was when the dialog was opened: what somebody else changes meanwhile is refused, not overwritten. */
type Open = { dialog: 'edit'; plugin: Plugin } | { dialog: 'attach' | 'delete' };

export default function PluginPage() {
  const { t } = useTranslation(['plugins', 'shell']);
  const { plugin: id } = useParams() as { plugin: string };
  const { message } = App.useApp();
  const navigate = useNavigate();
  const loaded = usePlugin(id);
  const state = useListState();
  const attachments = useAttachments(id, state);
  const detach = useDetach();
  const [open, setOpen] = useState<Open | null>(null);
  if (!loaded.data) return <Unloaded of={[loaded]} />;
  const plugin = loaded.data.value;
  const close = () => setOpen(null);
  return (
    <>
      <PageHead
        title={plugin.name}
        crumbs={[{ text: t('shell:nav.plugins'), to: '/plugins' }]}
        beside={<span className="mono quiet">{plugin.id}</span>}
        actions={
          <For role="editor">
            <Button danger onClick={() => setOpen({ dialog: 'delete' })}>
              {t('shell:action.delete')}
            </Button>
            <Button type="primary" onClick={() => setOpen({ dialog: 'edit', plugin })}>
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
        <PlaceList<Attachment>
          label={t('detail.apis')}
          state={state}
          loaded={attachments}
          since={timeColumn(t('attach.time'), 'attached')}
          add={<AddButton onClick={() => setOpen({ dialog: 'attach' })}>{t('attach.action')}</AddButton>}
          empty={{ title: t('attach.empty'), text: t('attach.emptyHint') }}
          leave={{
            action: t('detach.action'),
            title: (api) => t('detach.title', { api }),
            text: (environment) => t('detach.text', { environment }),
            remove: (one) => detach.mutateAsync(one),
          }}
        />
      </div>
      {open?.dialog === 'edit' && <PluginDialog plugin={open.plugin} close={close} saved={() => message.success(t('saved'))} />}
      {open?.dialog === 'attach' && <AttachDialog plugin={plugin} close={close} />}
      {open?.dialog === 'delete' && <DeletePlugin plugin={plugin} close={close} done={() => navigate('/plugins')} />}
    </>
  );
}

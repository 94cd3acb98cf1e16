/** One plugin: what it does, and the APIs that it is on. */
import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { type Attachment, useAttachments, useDetach, usePlugin } from '@/api/plugins';
import { AddButton } from '@/parts/add_button';
import { timeColumn } from '@/parts/columns';
import { Fact, Facts, Section } from '@/parts/facts';
import { Failure } from '@/parts/failure';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { useListState } from '@/parts/table';
import { Time } from '@/parts/time';
import { Waiting } from '@/parts/waiting';
import { PlaceList } from '@/pages/places/place_list';
import { AttachDialog } from './attach_dialog';
import { DeletePlugin } from './delete_plugin';
import { kindWords } from './kind_words';
import { PluginDialog } from './plugin_dialog';
import './plugins.css';

export default function PluginPage() {
  const { t } = useTranslation(['plugins', 'shell']);
  const { plugin: id } = useParams() as { plugin: string };
  const { message } = App.useApp();
  const navigate = useNavigate();
  const loaded = usePlugin(id);
  const state = useListState();
  const attachments = useAttachments(id, state);
  const detach = useDetach();
  const [dialog, setDialog] = useState<'edit' | 'attach' | 'delete' | null>(null);
  if (loaded.error) return <Failure error={loaded.error} retry={() => loaded.refetch()} />;
  if (!loaded.data) return <Waiting />;
  const plugin = loaded.data.value;
  const close = () => setDialog(null);
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
        <PlaceList<Attachment>
          label={t('detail.apis')}
          state={state}
          loaded={attachments}
          since={timeColumn(t('attach.time'), 'attached')}
          add={<AddButton onClick={() => setDialog('attach')}>{t('attach.action')}</AddButton>}
          empty={{ title: t('attach.empty'), text: t('attach.emptyHint') }}
          leave={{
            action: t('detach.action'),
            title: (api) => t('detach.title', { api }),
            text: (environment) => t('detach.text', { environment }),
            remove: (one) => detach.mutateAsync(one),
          }}
        />
      </div>
      {dialog === 'edit' && <PluginDialog plugin={plugin} close={close} saved={() => message.success(t('saved'))} />}
      {dialog === 'attach' && <AttachDialog plugin={plugin} close={close} />}
      {dialog === 'delete' && <DeletePlugin plugin={plugin} close={close} done={() => navigate('/plugins')} />}
    </>
  );
}

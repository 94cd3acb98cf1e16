/** One application: its pair, and the APIs that it may call. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { type Application, type MayCall, useApplication, useMayCall, useUnbindApplication } from '@/api/applications';
import { AddButton } from '@/parts/add_button';
import { timeColumn } from '@/parts/columns';
import { Fact, Facts, Section } from '@/parts/facts';
import { useListState } from '@/parts/list_state';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { Time } from '@/parts/time';
import { Unloaded } from '@/parts/unloaded';
import { PlaceList } from '@/pages/places/place_list';
import { EditApplication } from './application_dialog';
import { BindDialog, DeleteApplication, type Made, MadeApplication, Pair } from './parts';
import { RotateApplication } from './rotate_dialog';

/** What is edited is as it was when the dialog was opened: what somebody else changes meanwhile is refused, not overwritten. */
type Open = { dialog: 'edit'; application: Application } | { dialog: 'bind' | 'rotate' | 'delete' };

export default function ApplicationPage() {
  const { t } = useTranslation(['applications', 'shell']);
  const { application: id } = useParams() as { application: string };
  const navigate = useNavigate();
  const loaded = useApplication(id);
  const state = useListState();
  const bindings = useMayCall(id, state);
  const unbind = useUnbindApplication();
  const [open, setOpen] = useState<Open | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  if (!loaded.data) return <Unloaded of={[loaded]} />;
  const application = loaded.data.value;
  const close = () => setOpen(null);
  return (
    <>
      <PageHead
        title={application.name}
        crumbs={[{ text: t('shell:nav.applications'), to: '/applications' }]}
        beside={<span className="mono quiet">{application.id}</span>}
        actions={
          <For role="editor">
            <Button danger onClick={() => setOpen({ dialog: 'delete' })}>
              {t('shell:action.delete')}
            </Button>
            <Button onClick={() => setOpen({ dialog: 'rotate' })}>{t('rotate.action')}</Button>
            <Button type="primary" onClick={() => setOpen({ dialog: 'edit', application })}>
              {t('shell:action.edit')}
            </Button>
          </For>
        }
      />
      <div className="stack">
        <Section title={t('detail.info')}>
          <Facts>
            <Fact name={t('field.pair')} isWide>
              <Pair of={application} />
            </Fact>
            <Fact name={t('field.created')}>
              <Time at={application.created} />
            </Fact>
            <Fact name={t('field.modified')}>
              <Time at={application.modified} />
            </Fact>
            <Fact name={t('field.description')} isWide>
              {application.description || '–'}
            </Fact>
          </Facts>
        </Section>
        <PlaceList<MayCall>
          label={t('detail.apis')}
          state={state}
          loaded={bindings}
          since={timeColumn(t('bind.time'), 'created')}
          add={<AddButton onClick={() => setOpen({ dialog: 'bind' })}>{t('bind.action')}</AddButton>}
          empty={{ title: t('bind.empty'), text: t('bind.emptyHint') }}
          leave={{
            action: t('unbind.action'),
            title: (api) => t('unbind.title', { api }),
            text: (environment) => t('unbind.text', { environment }),
            remove: (one) => unbind.mutateAsync(one),
          }}
        />
      </div>
      {open?.dialog === 'edit' && <EditApplication application={open.application} close={close} />}
      {open?.dialog === 'bind' && <BindDialog application={application} close={close} />}
      {open?.dialog === 'rotate' && (
        <RotateApplication application={application} close={close} rotated={(pair) => setMade({ ...pair, isNew: false })} />
      )}
      {open?.dialog === 'delete' && <DeleteApplication application={application} close={close} done={() => navigate('/applications')} />}
      <MadeApplication made={made} close={() => setMade(null)} />
    </>
  );
}

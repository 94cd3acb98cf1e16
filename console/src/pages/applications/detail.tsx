/** One application: its pair, and the APIs that it may call. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { type MayCall, useApplication, useMayCall, useUnbindApplication } from '@/api/applications';
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
import { EditApplication } from './application_dialog';
import { BindDialog, DeleteApplication, type Made, MadeApplication, Pair } from './parts';
import { RotateApplication } from './rotate_dialog';

export default function ApplicationPage() {
  const { t } = useTranslation(['applications', 'shell']);
  const { application: id } = useParams() as { application: string };
  const navigate = useNavigate();
  const loaded = useApplication(id);
  const state = useListState();
  const bindings = useMayCall(id, state);
  const unbind = useUnbindApplication();
  const [dialog, setDialog] = useState<'edit' | 'bind' | 'rotate' | 'delete' | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  if (loaded.error) return <Failure error={loaded.error} retry={() => loaded.refetch()} />;
  if (!loaded.data) return <Waiting />;
  const application = loaded.data.value;
  const close = () => setDialog(null);
  return (
    <>
      <PageHead
        title={application.name}
        crumbs={[{ text: t('shell:nav.applications'), to: '/applications' }]}
        beside={<span className="mono quiet">{application.id}</span>}
        actions={
          <For role="editor">
            <Button danger onClick={() => setDialog('delete')}>
              {t('shell:action.delete')}
            </Button>
            <Button onClick={() => setDialog('rotate')}>{t('rotate.action')}</Button>
            <Button type="primary" onClick={() => setDialog('edit')}>
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
          add={<AddButton onClick={() => setDialog('bind')}>{t('bind.action')}</AddButton>}
          empty={{ title: t('bind.empty'), text: t('bind.emptyHint') }}
          leave={{
            action: t('unbind.action'),
            title: (api) => t('unbind.title', { api }),
            text: (environment) => t('unbind.text', { environment }),
            remove: (one) => unbind.mutateAsync(one),
          }}
        />
      </div>
      {dialog === 'edit' && <EditApplication application={application} close={close} />}
      {dialog === 'bind' && <BindDialog application={application} close={close} />}
      {dialog === 'rotate' && (
        <RotateApplication application={application} close={close} rotated={(pair) => setMade({ ...pair, isNew: false })} />
      )}
      {dialog === 'delete' && <DeleteApplication application={application} close={close} done={() => navigate('/applications')} />}
      <MadeApplication made={made} close={() => setMade(null)} />
    </>
  );
}

/** One application: its pair, and the APIs that it may call. */
import { PlusOutlined } from '@ant-design/icons';
import { Button, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { type MayCall, useApplication, useMayCall, useUnbindApplication } from '@/api/applications';
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
import { EditApplication } from './application_dialog';
import { BindDialog, DeleteApplication, type Made, MadeApplication, Pair } from './parts';
import { RotateApplication } from './rotate_dialog';

export default function ApplicationPage() {
  const { t } = useTranslation(['applications', 'shell', 'services']);
  const { application: id } = useParams() as { application: string };
  const navigate = useNavigate();
  const loaded = useApplication(id);
  const state = useListState();
  const bindings = useMayCall(id, state);
  const unbind = useUnbindApplication();
  const [dialog, setDialog] = useState<'edit' | 'bind' | 'rotate' | 'delete' | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const [leaving, setLeaving] = useState<MayCall | null>(null);
  const places = usePlaceColumns<MayCall>();
  if (loaded.error) return <Failure error={loaded.error} retry={() => loaded.refetch()} />;
  if (!loaded.data) return <Waiting />;
  const application = loaded.data.value;
  const close = () => setDialog(null);
  const bind = (
    <For role="editor">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setDialog('bind')}>
        {t('bind.action')}
      </Button>
    </For>
  );
  const columns: TableColumnsType<MayCall> = [
    ...places,
    { title: t('bind.time'), key: 'created', render: (_, one) => <Time at={one.created} /> },
    {
      title: t('shell:list.actions'),
      key: 'actions',
      render: (_, one) => (
        <div className="cell-actions">
          <Button type="link" size="small" danger onClick={() => setLeaving(one)}>
            {t('unbind.action')}
          </Button>
        </div>
      ),
    },
  ];
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
        <DataTable
          label={t('detail.apis')}
          state={state}
          loaded={bindings}
          columns={columns}
          rowKey={(one) => `${one.service}/${one.environment}/${one.api}`}
          actions={bind}
          empty={
            <Empty isSmall title={t('bind.empty')} action={bind}>
              {t('bind.emptyHint')}
            </Empty>
          }
        />
      </div>
      {dialog === 'edit' && <EditApplication application={application} close={close} />}
      {dialog === 'bind' && <BindDialog application={application} close={close} />}
      {dialog === 'rotate' && (
        <RotateApplication application={application} close={close} rotated={(pair) => setMade({ ...pair, isNew: false })} />
      )}
      {dialog === 'delete' && <DeleteApplication application={application} close={close} done={() => navigate('/applications')} />}
      <MadeApplication made={made} close={() => setMade(null)} />
      <DeleteDialog
        title={t('unbind.title', { api: leaving?.api_name ?? leaving?.api })}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        okText={t('unbind.action')}
        remove={() => unbind.mutateAsync(leaving!)}
      >
        {leaving && t('unbind.text', { environment: t(`services:environment.${leaving.environment}`) })}
      </DeleteDialog>
    </>
  );
}

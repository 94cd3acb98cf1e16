/** API documents: pages that tell callers of APIs, with a password and a link to share. */
import { App, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  type ApiDocument,
  type DocumentPass,
  revealPassword,
  useBuildDocument,
  useDeleteDocument,
  useDocuments,
  useResetPassword,
} from '@/api/documents';
import { useProblemWords } from '@/api/problem';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, nameColumn, timeColumn } from '@/parts/columns';
import { CopyButton } from '@/parts/copyable';
import { DeleteDialog } from '@/parts/delete_dialog';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/list_state';
import { MadeDialog } from '@/parts/made_dialog';
import { Secret } from '@/parts/secret';
import { CreateDocument, EditDocument } from './document_dialog';
import './documents.css';

type Open = { dialog: 'create' } | { dialog: 'edit' | 'reset' | 'delete'; document: ApiDocument };
type Shared = DocumentPass & { isNew: boolean };

export default function Documents() {
  const { t } = useTranslation(['documents', 'shell', 'services']);
  const { message } = App.useApp();
  const words = useProblemWords();
  const state = useListState();
  const loaded = useDocuments(state);
  const build = useBuildDocument();
  const reset = useResetPassword();
  const remove = useDeleteDocument();
  const [open, setOpen] = useState<Open | null>(null);
  const [shared, setShared] = useState<Shared | null>(null);
  const close = () => setOpen(null);
  const rebuild = (document: ApiDocument) =>
    build.mutateAsync(document.id).then(
      () => message.success(t('build.done')),
      (refused: unknown) => message.error(words(refused)),
    );
  const create = <AddButton onClick={() => setOpen({ dialog: 'create' })}>{t('shell:action.create')}</AddButton>;
  const columns: TableColumnsType<ApiDocument> = [
    nameColumn(`${t('field.id')}/${t('field.name')}`),
    {
      title: t('field.about'),
      key: 'about',
      render: (_, one) => (
        <>
          <Link to={`/services/${one.service}`}>{one.service_name ?? one.service}</Link>
          <div className="cell-sub">
            {t(`services:environment.${one.environment}`)} · {t('apis', { count: one.apis.length })}
          </div>
        </>
      ),
    },
    {
      title: t('field.address'),
      key: 'address',
      render: (_, one) => (
        <div className="document-pass">
          <span>
            <a href={one.address} target="_blank" rel="noreferrer">
              {t('read')}
            </a>{' '}
            <CopyButton text={one.address} what={t('field.address')} />
          </span>
          <Secret key={`${one.id}/${one.modified}`} what={t('field.password')} name={one.name} reveal={() => revealPassword(one.id)} />
        </div>
      ),
    },
    { title: t('field.views'), key: 'views', className: 'figures', render: (_, one) => one.views },
    timeColumn(t('field.modified'), 'modified'),
    actionColumn(t('shell:list.actions'), (one) => (
      <>
        <Action onClick={() => void rebuild(one)}>{t('build.action')}</Action>
        <Action onClick={() => setOpen({ dialog: 'reset', document: one })}>{t('reset.action')}</Action>
        <Action onClick={() => setOpen({ dialog: 'edit', document: one })}>{t('shell:action.edit')}</Action>
        <Action isDanger onClick={() => setOpen({ dialog: 'delete', document: one })}>{t('shell:action.delete')}</Action>
      </>
    )),
  ];
  return (
    <>
      <ListPage
        title={t('title')}
        lead={t('lead')}
        create={create}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(one) => one.id}
        searchHint={t('search')}
        empty={{ title: t('empty.title'), text: t('empty.text') }}
      />
      {open?.dialog === 'create' && <CreateDocument close={close} made={(pass) => setShared({ ...pass, isNew: true })} />}
      {open?.dialog === 'edit' && <EditDocument document={open.document} close={close} />}
      {open?.dialog === 'reset' && (
        <DeleteDialog
          title={t('reset.title', { name: open.document.name })}
          isOpen
          close={close}
          okText={t('reset.action')}
          remove={async () => {
            setShared({ ...(await reset.mutateAsync(open.document.id)), isNew: false });
            // The dialog shows the password, and it alone keeps it.
            reset.reset();
          }}
        >
          {t('reset.text')}
        </DeleteDialog>
      )}
      {open?.dialog === 'delete' && (
        <DeleteDialog
          title={t('delete.title', { name: open.document.name })}
          isOpen
          close={close}
          remove={async () => {
            await remove.mutateAsync(open.document.id);
            message.success(t('delete.done'));
          }}
        >
          {t('delete.text')}
        </DeleteDialog>
      )}
      <MadeDialog
        title={t(shared?.isNew ? 'share.title' : 'share.reset')}
        text={t('share.text')}
        isOpen={shared !== null}
        close={() => setShared(null)}
        facts={shared ? [{ name: t('field.address'), value: shared.address }, { name: t('field.password'), value: shared.password }] : []}
      />
    </>
  );
}

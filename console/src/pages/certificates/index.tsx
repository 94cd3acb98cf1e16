/** All certificates: whom they are for, until when they hold, who uses them. */
import { App, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Certificate, useCertificates, useDeleteCertificate } from '@/api/certificates';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, nameColumn } from '@/parts/columns';
import { DeleteDialog } from '@/parts/delete_dialog';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/list_state';
import { CertificateDialog } from './certificate_dialog';
import { Validity, sourceOf } from './validity';

type Open = { dialog: 'upload' | 'replace' | 'delete'; certificate?: Certificate };

export default function Certificates() {
  const { t } = useTranslation(['certificates', 'shell']);
  const { message } = App.useApp();
  const state = useListState();
  const loaded = useCertificates(state);
  const remove = useDeleteCertificate();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const upload = <AddButton onClick={() => setOpen({ dialog: 'upload' })}>{t('upload')}</AddButton>;
  const columns: TableColumnsType<Certificate> = [
    nameColumn(t('field.name')),
    {
      title: t('field.names'),
      key: 'names',
      render: (_, one) => one.names.map((name) => <div key={name} className="mono">{name}</div>),
    },
    {
      title: t('field.source'),
      key: 'source',
      render: (_, one) => (
        <>
          {t(`source.${sourceOf(one)}`)}
          {sourceOf(one) !== 'self_signed' && <div className="cell-sub">{one.issuer}</div>}
        </>
      ),
    },
    { title: t('field.notAfter'), key: 'not_after', render: (_, one) => <Validity until={one.not_after} /> },
    {
      title: t('field.usedBy'),
      key: 'used',
      render: (_, one) => (one.used_by.length ? one.used_by.map((name) => <div key={name} className="mono">{name}</div>) : '–'),
    },
    actionColumn(
      t('shell:list.actions'),
      (one) =>
        sourceOf(one) === 'uploaded' && (
          <>
            <Action onClick={() => setOpen({ dialog: 'replace', certificate: one })}>{t('replace')}</Action>
            <Action isDanger onClick={() => setOpen({ dialog: 'delete', certificate: one })}>{t('shell:action.delete')}</Action>
          </>
        ),
    ),
  ];
  const leaving = open?.dialog === 'delete' ? open.certificate : undefined;
  return (
    <>
      <ListPage
        title={t('title')}
        lead={t('lead')}
        create={upload}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(one) => one.id}
        searchHint={t('search')}
        empty={{ title: t('empty.title'), text: t('empty.text') }}
      />
      {(open?.dialog === 'upload' || open?.dialog === 'replace') && (
        <CertificateDialog certificate={open.certificate} close={close} />
      )}
      <DeleteDialog
        title={t('delete.title', { name: leaving?.name })}
        isOpen={leaving !== undefined}
        close={close}
        remove={async () => {
          await remove.mutateAsync(leaving!);
          message.success(t('delete.done'));
        }}
        hindrance={leaving?.used_by.length ? t('delete.used', { domains: leaving.used_by.join(', ') }) : undefined}
      >
        {t('delete.text')}
      </DeleteDialog>
    </>
  );
}

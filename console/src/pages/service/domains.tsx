/** The custom domains of a service: where callers find it besides its default domain. */
import { App, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Domain, useDomains, useUnbindDomain } from '@/api/domains';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, timeColumn } from '@/parts/columns';
import { Copyable } from '@/parts/copyable';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { useListState } from '@/parts/list_state';
import { Mark } from '@/parts/mark';
import { DataTable } from '@/parts/table';
import { Time } from '@/parts/time';
import { DomainDialog } from './domain_dialog';
import { useThisService } from '.';

export default function ServiceDomains() {
  const { t } = useTranslation(['domains', 'shell', 'services']);
  const { message } = App.useApp();
  const service = useThisService();
  const state = useListState();
  const loaded = useDomains(service.id, state);
  const unbind = useUnbindDomain(service.id);
  const [editing, setEditing] = useState<Domain | 'new' | null>(null);
  const [leaving, setLeaving] = useState<Domain | null>(null);
  const bind = <AddButton onClick={() => setEditing('new')}>{t('bind')}</AddButton>;
  const columns: TableColumnsType<Domain> = [
    {
      title: t('field.name'),
      key: 'name',
      render: (_, one) => (
        <>
          <Copyable text={one.name} what={t('field.name')}>
            {one.written}
          </Copyable>
          {one.written !== one.name && <div className="cell-sub mono">{one.name}</div>}
        </>
      ),
    },
    {
      title: t('field.protocol'),
      key: 'protocol',
      render: (_, one) => (
        <>
          {t(`services:protocol.${one.protocol}`)}
          {one.force_https && <div className="cell-sub">{t('forced')}</div>}
        </>
      ),
    },
    { title: t('field.mappings'), key: 'mappings', render: (_, one) => <Mappings of={one} /> },
    { title: t('field.certificate'), key: 'certificate', render: (_, one) => <Certified domain={one} /> },
    timeColumn(t('field.modified'), 'modified'),
    actionColumn(t('shell:list.actions'), (one) => (
      <>
        <Action onClick={() => setEditing(one)}>{t('shell:action.edit')}</Action>
        <Action isDanger onClick={() => setLeaving(one)}>{t('unbind')}</Action>
      </>
    )),
  ];
  return (
    <>
      <DataTable
        label={t('services:tab.domains')}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(one) => one.name}
        actions={bind}
        empty={
          <Empty title={t('empty.title')} action={bind}>
            {t('empty.text', { host: service.default_host })}
          </Empty>
        }
      />
      {editing && <DomainDialog service={service} domain={editing === 'new' ? undefined : editing} close={() => setEditing(null)} />}
      <DeleteDialog
        title={t('unbindTitle', { name: leaving?.written })}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        okText={t('unbind')}
        remove={async () => {
          await unbind.mutateAsync(leaving!);
          message.success(t('unbound'));
        }}
      >
        {t('unbindText')}
      </DeleteDialog>
    </>
  );
}

/** Which path leads to which environment. */
function Mappings({ of }: { of: Domain }) {
  const { t } = useTranslation(['domains', 'services']);
  if (!of.mappings) return <>{t('mapping.default')}</>;
  return of.mappings.map(({ path, environment }) => (
    <div key={path}>
      <span className="mono">{path}</span> → {t(`services:environment.${environment}`)}
    </div>
  ));
}

/** What the domain proves its name with, and how it stands with one that an authority issues. */
function Certified({ domain }: { domain: Domain }) {
  const { t } = useTranslation('domains');
  const { certificate, issuance } = domain;
  if (!certificate) return <>–</>;
  if (certificate !== 'acme') return <span className="mono">{certificate.stored}</span>;
  const tone = { waiting: 'warn', issued: 'good', failing: 'bad' } as const;
  return (
    <>
      {issuance && <Mark tone={tone[issuance.state]}>{t(`issuance.${issuance.state}`)}</Mark>}
      {issuance?.not_after && (
        <div className="cell-sub">
          {t('until')} <Time at={issuance.not_after} />
        </div>
      )}
      {issuance?.reason && <div className="cell-sub cell-text">{issuance.reason}</div>}
    </>
  );
}

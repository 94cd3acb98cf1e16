/** The IP strategies of a service: which addresses may call which of its APIs. */
import { App, Button, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Strategy, useBindStrategy, useDeleteStrategy, useStrategies } from '@/api/strategies';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, nameColumn, timeColumn } from '@/parts/columns';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { useListState } from '@/parts/list_state';
import { Mark } from '@/parts/mark';
import { DataTable } from '@/parts/table';
import { ApisDialog } from '@/pages/places/apis_dialog';
import { BoundDialog } from './strategy_bound';
import { StrategyDialog } from './strategy_dialog';
import { useThisService } from '.';
import './strategies.css';

type Open = { dialog: 'create' } | { dialog: 'edit' | 'bind' | 'bound' | 'delete'; strategy: Strategy };

export default function ServiceStrategies() {
  const { t } = useTranslation(['strategies', 'shell', 'services']);
  const { message } = App.useApp();
  const service = useThisService();
  const state = useListState();
  const loaded = useStrategies(service.id, state);
  const remove = useDeleteStrategy(service.id);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const create = <AddButton onClick={() => setOpen({ dialog: 'create' })}>{t('shell:action.create')}</AddButton>;
  const columns: TableColumnsType<Strategy> = [
    nameColumn(t('field.name')),
    {
      title: t('field.kind'),
      key: 'kind',
      render: (_, strategy) => <Mark tone={strategy.kind === 'white' ? 'good' : 'bad'}>{t(`kind.${strategy.kind}`)}</Mark>,
    },
    {
      title: t('field.addresses'),
      key: 'addresses',
      render: (_, strategy) => <div className="strategy-addresses mono">{strategy.addresses.replaceAll(';', '\n')}</div>,
    },
    {
      title: t('field.bindings'),
      key: 'bindings',
      render: (_, strategy) => (
        <Button
          type="link"
          size="small"
          aria-label={t('bound.open', { name: strategy.name, count: strategy.bindings })}
          onClick={() => setOpen({ dialog: 'bound', strategy })}
        >
          {strategy.bindings}
        </Button>
      ),
    },
    timeColumn(t('field.modified'), 'modified'),
    actionColumn(t('shell:list.actions'), (strategy) => (
      <>
        <Action onClick={() => setOpen({ dialog: 'bind', strategy })}>{t('bind.action')}</Action>
        <Action onClick={() => setOpen({ dialog: 'edit', strategy })}>{t('shell:action.edit')}</Action>
        <Action isDanger onClick={() => setOpen({ dialog: 'delete', strategy })}>{t('shell:action.delete')}</Action>
      </>
    )),
  ];
  const leaving = open?.dialog === 'delete' ? open.strategy : undefined;
  return (
    <>
      <DataTable
        label={t('services:tab.strategies')}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(strategy) => strategy.id}
        searchHint={t('search')}
        actions={create}
        empty={
          <Empty title={t('empty.title')} action={create}>
            {t('empty.text')}
          </Empty>
        }
      />
      {open?.dialog === 'create' && <StrategyDialog service={service.id} close={close} />}
      {open?.dialog === 'edit' && <StrategyDialog service={service.id} strategy={open.strategy} close={close} />}
      {open?.dialog === 'bind' && <Bind service={service.id} strategy={open.strategy} close={close} />}
      {open?.dialog === 'bound' && <BoundDialog strategy={open.strategy} close={close} />}
      <DeleteDialog
        title={t('delete.title', { name: leaving?.name })}
        isOpen={leaving !== undefined}
        close={close}
        remove={async () => {
          await remove.mutateAsync(leaving!.id);
          message.success(t('delete.done'));
        }}
      >
        {leaving?.bindings ? t('delete.bound', { count: leaving.bindings }) : t('delete.text')}
      </DeleteDialog>
    </>
  );
}

function Bind({ service, strategy, close }: { service: string; strategy: Strategy; close: () => void }) {
  const { t } = useTranslation('strategies');
  const { message } = App.useApp();
  const bind = useBindStrategy(service, strategy.id);
  return (
    <ApisDialog
      title={t('bind.title', { name: strategy.name })}
      lead={t('bind.lead')}
      service={service}
      close={close}
      submit={async ({ environment, apis }) => {
        await bind.mutateAsync({ environment, apis });
        message.success(t('bind.done'));
      }}
    />
  );
}

/** Who manages the gateway. */
import { App, Button, Dropdown, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Operator, useChangeOperator, useDeleteOperator, useOperators } from '@/api/operators';
import { useProblemWords } from '@/api/problem';
import { useMay, useSession } from '@/api/session';
import { AddButton } from '@/parts/add_button';
import { Action, timeColumn } from '@/parts/columns';
import { DeleteDialog } from '@/parts/delete_dialog';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/list_state';
import { MadeDialog } from '@/parts/made_dialog';
import { Chip, Mark } from '@/parts/mark';
import { CreateDialog, EditDialog, type MadeUp, ResetDialog } from './operator_dialogs';
import './operators.css';

type Open = { dialog: 'create' } | { dialog: 'edit' | 'reset' | 'disable' | 'delete'; operator: Operator };

export default function Operators() {
  const { t } = useTranslation(['operators', 'account', 'shell']);
  const state = useListState();
  const loaded = useOperators(state);
  const change = useChangeOperator();
  const remove = useDeleteOperator();
  const words = useProblemWords();
  const me = useSession().data?.operator.id;
  const isAdmin = useMay('admin');
  const { message } = App.useApp();
  const [open, setOpen] = useState<Open | null>(null);
  const [made, setMade] = useState<MadeUp | null>(null);
  const close = () => setOpen(null);
  const enable = async (operator: Operator) => {
    try {
      await change.mutateAsync({ id: operator.id, enabled: true });
      message.success(t('enabled', { name: operator.name }));
    } catch (refused) {
      message.error(words(refused));
    }
  };
  const columns: TableColumnsType<Operator> = [
    {
      title: t('field.name'),
      key: 'name',
      render: (_, operator) => (
        <>
          <span className="row">
            <Link className="cell-main" to={`/operators/${operator.id}`}>
              {operator.name}
            </Link>
            {operator.id === me && <Chip tone="brand">{t('you')}</Chip>}
          </span>
          <div className="cell-sub mono">{operator.id}</div>
        </>
      ),
    },
    { title: t('field.role'), key: 'role', render: (_, operator) => t(`account:role.${operator.role}`) },
    {
      title: t('field.state'),
      key: 'state',
      render: (_, operator) => <Mark tone={operator.enabled ? 'good' : 'quiet'}>{t(operator.enabled ? 'state.enabled' : 'state.disabled')}</Mark>,
    },
    { title: t('field.keys'), key: 'keys', className: 'figures', render: (_, operator) => operator.access_keys },
    timeColumn(t('field.created'), 'created'),
  ];
  if (isAdmin) {
    columns.push({
      title: t('shell:list.actions'),
      key: 'more',
      render: (_, operator) => (
        <div className="cell-actions">
          <Action onClick={() => setOpen({ dialog: 'edit', operator })}>{t('shell:action.edit')}</Action>
          {operator.enabled ? (
            <Action onClick={() => setOpen({ dialog: 'disable', operator })}>{t('action.disable')}</Action>
          ) : (
            <Action onClick={() => void enable(operator)}>{t('action.enable')}</Action>
          )}
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                { key: 'reset', label: t('action.reset'), onClick: () => setOpen({ dialog: 'reset', operator }) },
                { key: 'delete', danger: true, label: t('shell:action.delete'), onClick: () => setOpen({ dialog: 'delete', operator }) },
              ],
            }}
          >
            <Button type="link" size="small" aria-label={t('more', { name: operator.name })}>
              {t('shell:action.more')}
            </Button>
          </Dropdown>
        </div>
      ),
    });
  }
  const create = <AddButton role="admin" onClick={() => setOpen({ dialog: 'create' })}>{t('shell:action.create')}</AddButton>;
  return (
    <>
      <ListPage
        title={t('title')}
        lead={t('lead')}
        create={create}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(operator) => operator.id}
        searchHint={t('search')}
      />
      {open?.dialog === 'create' && <CreateDialog close={close} handOn={setMade} />}
      {open?.dialog === 'edit' && <EditDialog operator={open.operator} close={close} />}
      {open?.dialog === 'reset' && <ResetDialog operator={open.operator} close={close} handOn={setMade} />}
      <MadeDialog
        title={t('made.title', { name: made?.name })}
        text={t('made.text')}
        isOpen={made !== null}
        close={() => setMade(null)}
        facts={made ? [{ name: t('field.name'), value: made.name }, { name: t('field.password'), value: made.password }] : []}
      />
      {open?.dialog === 'disable' && (
        <DeleteDialog
          title={t('disable.title', { name: open.operator.name })}
          isOpen
          close={close}
          okText={t('action.disable')}
          remove={() => change.mutateAsync({ id: open.operator.id, enabled: false })}
        >
          {t('disable.text')}
        </DeleteDialog>
      )}
      {open?.dialog === 'delete' && (
        <DeleteDialog title={t('delete.title', { name: open.operator.name })} isOpen close={close} remove={() => remove.mutateAsync(open.operator.id)}>
          {t('delete.text')}
        </DeleteDialog>
      )}
    </>
  );
}

/** The keys of a plan. */
import { App, Form, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type PlanKey, useBindKeys, usePlanKeys, useUnbindKey } from '@/api/plans';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, timeColumn } from '@/parts/columns';
import { Copyable } from '@/parts/copyable';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { FormDialog } from '@/parts/form_dialog';
import { useListState } from '@/parts/list_state';
import { Mark } from '@/parts/mark';
import { DataTable } from '@/parts/table';
import type { Choice } from '@/parts/transfer';
import { KeyChooser } from '@/pages/plans/choosers';
import { useThisPlan } from '.';

export default function PlanKeys() {
  const { t } = useTranslation(['plans', 'shell', 'keys']);
  const plan = useThisPlan();
  const state = useListState();
  const loaded = usePlanKeys(plan.id, state);
  const unbind = useUnbindKey(plan.id);
  const [isBinding, setBinding] = useState(false);
  const [leaving, setLeaving] = useState<PlanKey | null>(null);
  const bind = <AddButton onClick={() => setBinding(true)}>{t('keys.bind')}</AddButton>;
  const columns: TableColumnsType<PlanKey> = [
    { title: t('keys:field.name'), key: 'name', render: (_, key) => <span className="cell-main">{key.name}</span> },
    { title: t('keys:field.id'), key: 'id', render: (_, key) => <Copyable text={key.id} what={t('keys:field.id')} /> },
    {
      title: t('keys:field.state'),
      key: 'state',
      render: (_, key) => <Mark tone={key.enabled ? 'good' : 'quiet'}>{t(key.enabled ? 'keys:state.enabled' : 'keys:state.disabled')}</Mark>,
    },
    timeColumn(t('keys.bound'), 'bound'),
    actionColumn(t('shell:list.actions'), (key) => <Action isDanger onClick={() => setLeaving(key)}>{t('keys.unbind')}</Action>),
  ];
  return (
    <>
      <DataTable
        label={t('tab.keys')}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(key) => key.id}
        searchHint={t('keys.search')}
        actions={bind}
        empty={
          <Empty title={t('keys.empty')} action={bind}>
            {t('keys.emptyHint')}
          </Empty>
        }
      />
      {isBinding && <BindDialog close={() => setBinding(false)} />}
      <DeleteDialog
        title={t('keys.unbindTitle', { name: leaving?.name })}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        okText={t('keys.unbind')}
        remove={() => unbind.mutateAsync(leaving!.id)}
      >
        {t('keys.unbindText')}
      </DeleteDialog>
    </>
  );
}

function BindDialog({ close }: { close: () => void }) {
  const { t } = useTranslation(['plans', 'rules']);
  const plan = useThisPlan();
  const { message } = App.useApp();
  const bind = useBindKeys(plan.id);
  return (
    <FormDialog<{ keys: Choice[] }>
      title={t('keys.bind')}
      isOpen
      close={close}
      width={720}
      submit={async ({ keys }) => {
        await bind.mutateAsync(keys.map(({ id }) => id));
        message.success(t('keys.done'));
      }}
    >
      <Form.Item name="keys" rules={[{ required: true, type: 'array', min: 1, message: t('rules:empty') }]}>
        <KeyChooser plan={plan.id} />
      </Form.Item>
    </FormDialog>
  );
}

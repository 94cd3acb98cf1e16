/** All keys: what callers sign with. */
import { Alert, App, Button, type TableColumnsType } from 'antd';
import i18next from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { type Key, type Pair, revealSecret, useDeleteKey, useEnableKey, useKeys } from '@/api/keys';
import { useProblemWords } from '@/api/problem';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, timeColumn } from '@/parts/columns';
import { DeleteDialog } from '@/parts/delete_dialog';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/list_state';
import { listed } from '@/parts/listed';
import { MadeDialog } from '@/parts/made_dialog';
import { Mark } from '@/parts/mark';
import { Secret } from '@/parts/secret';
import { Copyable } from '@/parts/copyable';
import { KeyDialog } from './key_dialog';
import { RotateDialog } from './rotate_dialog';
import './keys.css';

/** `isNew` is false when only the secret is new. */
type Made = Pair & { isNew: boolean };

type Open = { dialog: 'create' } | { dialog: 'disable' | 'rotate' | 'delete'; key: Key };

export default function Keys() {
  const { t } = useTranslation(['keys', 'shell']);
  const state = useListState();
  const loaded = useKeys(state);
  const remove = useDeleteKey();
  const enable = useEnableKey();
  const { message } = App.useApp();
  const words = useProblemWords();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const close = () => setOpen(null);
  const create = <AddButton onClick={() => setOpen({ dialog: 'create' })}>{t('shell:action.create')}</AddButton>;
  const setEnabled = async (key: Key, enabled: boolean) => {
    await enable.mutateAsync({ key, enabled });
    message.success(t(enabled ? 'done.enabled' : 'done.disabled'));
  };
  const enableAgain = (key: Key) => setEnabled(key, true).catch((refused: unknown) => void message.error(words(refused)));
  const columns: TableColumnsType<Key> = [
    { title: t('field.name'), key: 'name', render: (_, key) => <span className="cell-main">{key.name}</span> },
    {
      title: t('field.pair'),
      key: 'pair',
      render: (_, key) => (
        <div className="key-pair">
          <span className="quiet">{t('field.id')}</span>
          <Copyable text={key.id} what={t('field.id')} />
          <span className="quiet">{t('field.secret')}</span>
          <Secret key={`${key.id}/${key.modified}`} what={t('field.secret')} name={key.name} reveal={() => revealSecret(key.id)} />
        </div>
      ),
    },
    {
      title: t('field.state'),
      key: 'state',
      render: (_, key) => <Mark tone={key.enabled ? 'good' : 'quiet'}>{t(key.enabled ? 'state.enabled' : 'state.disabled')}</Mark>,
    },
    {
      title: t('field.plans'),
      key: 'plans',
      render: (_, key) =>
        key.plans.length === 0 ? (
          <span className="quiet">–</span>
        ) : (
          <ul className="key-plans">
            {key.plans.map((plan) => (
              <li key={plan.id}>
                <Link to={`/plans/${plan.id}`}>{plan.name}</Link>
              </li>
            ))}
          </ul>
        ),
    },
    timeColumn(t('field.created'), 'created'),
    actionColumn(t('shell:list.actions'), (key) => (
      <>
        {key.enabled ? (
          <Action onClick={() => setOpen({ dialog: 'disable', key })}>{t('action.disable')}</Action>
        ) : (
          <Action onClick={() => void enableAgain(key)}>{t('action.enable')}</Action>
        )}
        <Action isDisabled={!key.enabled} onClick={() => setOpen({ dialog: 'rotate', key })}>{t('action.rotate')}</Action>
        <Action isDanger onClick={() => setOpen({ dialog: 'delete', key })}>{t('shell:action.delete')}</Action>
      </>
    )),
  ];
  const chosen = open && 'key' in open ? open.key : null;
  return (
    <>
      <ListPage
        title={t('title')}
        lead={t('lead')}
        notice={<Alert type="info" showIcon title={t('rotateHint')} />}
        create={create}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(key) => key.id}
        searchHint={t('search')}
        empty={{ title: t('empty.title'), text: t('empty.text') }}
      />
      {open?.dialog === 'create' && <KeyDialog close={close} made={(pair) => setMade({ ...pair, isNew: true })} />}
      <MadeDialog
        title={t(made?.isNew ? 'made.title' : 'made.rotated')}
        text={t('made.text')}
        isOpen={made !== null}
        close={() => setMade(null)}
        facts={made ? [{ name: t('field.id'), value: made.id }, { name: t('field.secret'), value: made.secret }] : []}
        next={made?.isNew && <Button onClick={() => navigate('/plans')}>{t('made.next')}</Button>}
      />
      {open?.dialog === 'rotate' && <RotateDialog chosen={chosen!} close={close} rotated={(pair) => setMade({ ...pair, isNew: false })} />}
      {open?.dialog === 'disable' && (
        <DeleteDialog
          title={t('disable.title', { name: chosen!.name })}
          isOpen
          close={close}
          okText={t('action.disable')}
          remove={() => setEnabled(chosen!, false)}
        >
          {t('disable.text')}
        </DeleteDialog>
      )}
      {open?.dialog === 'delete' && (
        <DeleteDialog
          title={t('delete.title', { name: chosen!.name })}
          isOpen
          close={close}
          remove={async () => {
            await remove.mutateAsync(chosen!);
            message.success(t('delete.done'));
          }}
          hindrance={hindrance(chosen!, t)}
        >
          {t('delete.text')}
        </DeleteDialog>
      )}
    </>
  );
}

/** Why a key cannot be deleted yet. */
function hindrance(key: Key, t: ReturnType<typeof useTranslation<['keys', 'shell']>>['t']) {
  const plans = listed(key.plans.map((plan) => plan.name), i18next.language);
  const reasons = [key.enabled && t('delete.enabled'), plans && t('delete.bound', { plans })].filter(Boolean);
  if (reasons.length === 0) return null;
  return (
    <>
      <p>{t('delete.hindered')}</p>
      <ul className="hindrances">
        {reasons.map((reason) => (
          <li key={reason as string}>{reason}</li>
        ))}
      </ul>
    </>
  );
}

/** Making, changing and locking out an operator. */
import { App, Button, Form, Input, Radio } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { type NewOperator, type Operator, useChangeOperator, useChangePassword, useCreateOperator, useEditOperator } from '@/api/operators';
import type { Role } from '@/api/session';
import { useEntered } from '@/parts/entered';
import { FormDialog } from '@/parts/form_dialog';
import { fault, rule } from '@/rules/fault';
import { longest } from '@/rules/name';

const ROLES: Role[] = ['viewer', 'editor', 'admin'];

function password(value: string) {
  const bytes = new TextEncoder().encode(value).length;
  return bytes < 8 || bytes > 256 ? fault('length', { min: 8, max: 256 }) : null;
}

function operatorName(value: string) {
  return value.trim() === value ? longest(128)(value) : fault('blankEnds');
}

/** A password that was made up here, to be handed on: nobody has seen it, and it is told nowhere later. */
export interface MadeUp {
  name: string;
  password: string;
}

/** What was made up last; handed on where it is what was set, and not another that was written over it. */
function useMadeUp(handOn: (made: MadeUp) => void) {
  const last = useRef<string>(undefined);
  return {
    made: (password: string) => {
      last.current = password;
    },
    wasSet: ({ name, password }: MadeUp) => {
      if (password === last.current) handOn({ name, password });
    },
  };
}

export function CreateDialog({ close, handOn }: { close: () => void; handOn: (made: MadeUp) => void }) {
  const { t } = useTranslation(['operators', 'shell']);
  const create = useCreateOperator();
  const own = useMadeUp(handOn);
  const { message } = App.useApp();
  return (
    <FormDialog<NewOperator>
      title={t('create.title')}
      isOpen
      close={close}
      initial={{ role: 'viewer' }}
      submit={async (values) => {
        await create.mutateAsync(values);
        message.success(t('create.done'));
        own.wasSet(values);
      }}
    >
      <NameField />
      <PasswordField name="password" label={t('field.password')} hint={t('hint.password')} made={own.made} />
      <RoleField />
    </FormDialog>
  );
}

export function EditDialog({ operator, close }: { operator: Operator; close: () => void }) {
  const { t } = useTranslation('operators');
  const edit = useEditOperator(operator);
  const { message } = App.useApp();
  return (
    <FormDialog<{ name: string; role: Role }>
      title={t('edit.title', { name: operator.name })}
      isOpen
      close={close}
      initial={{ name: operator.name, role: operator.role }}
      submit={async (values) => {
        await edit.mutateAsync(values);
        message.success(t('edit.done'));
      }}
    >
      <NameField />
      <RoleField />
    </FormDialog>
  );
}

export function ResetDialog({ operator, close, handOn }: { operator: Operator; close: () => void; handOn: (made: MadeUp) => void }) {
  const { t } = useTranslation('operators');
  const change = useChangeOperator();
  const own = useMadeUp(handOn);
  const { message } = App.useApp();
  return (
    <FormDialog<{ password: string }>
      title={t('reset.title', { name: operator.name })}
      isOpen
      close={close}
      submit={async (values) => {
        await change.mutateAsync({ id: operator.id, ...values });
        message.success(t('reset.done'));
        own.wasSet({ name: operator.name, ...values });
      }}
    >
      <p className="dialog-text">{t('reset.text')}</p>
      <PasswordField name="password" label={t('field.newPassword')} hint={t('hint.password')} made={own.made} />
    </FormDialog>
  );
}

/** One's own password. */
export function OwnPasswordDialog({ close }: { close: () => void }) {
  const { t } = useTranslation('operators');
  const change = useChangePassword();
  const { message } = App.useApp();
  return (
    <FormDialog<{ current: string; new: string }>
      title={t('own.title')}
      isOpen
      close={close}
      submit={async (values) => {
        await change.mutateAsync(values);
        message.success(t('own.done'));
      }}
    >
      <Form.Item name="current" label={t('field.currentPassword')} rules={[rule(() => null)]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <PasswordField name="new" label={t('field.newPassword')} hint={t('hint.own')} />
    </FormDialog>
  );
}

function NameField() {
  const { t } = useTranslation('operators');
  return (
    <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(operatorName)]}>
      <Input autoComplete="off" spellCheck={false} />
    </Form.Item>
  );
}

function RoleField() {
  const { t } = useTranslation(['operators', 'account']);
  return (
    <Form.Item name="role" label={t('field.role')}>
      <Radio.Group className="role-choice">
        {ROLES.map((role) => (
          <Radio key={role} value={role}>
            <span className="cell-main">{t(`account:role.${role}`)}</span>
            <span className="role-text">{t(`role.${role}`)}</span>
          </Radio>
        ))}
      </Radio.Group>
    </Form.Item>
  );
}

interface PasswordGiven {
  name: string;
  label: string;
  hint: string;
  /** Where one may be made up here: is told it. */
  made?: (password: string) => void;
}

function PasswordField({ name, label, hint, made }: PasswordGiven) {
  const { t } = useTranslation('operators');
  const form = Form.useFormInstance();
  const entered = useEntered();
  const makeUp = () => {
    const password = madeUp();
    form.setFieldValue(name, password);
    entered();
    made?.(password);
  };
  return (
    <Form.Item
      name={name}
      label={label}
      rules={[rule(password)]}
      extra={
        <span className="password-hint">
          {hint}
          {made && (
            <Button type="link" size="small" onClick={makeUp}>
              {t('makeUp')}
            </Button>
          )}
        </span>
      }
    >
      <Input.Password autoComplete="new-password" />
    </Form.Item>
  );
}

/** Twenty letters and digits, none of which looks like another. */
function madeUp(): string {
  const signs = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  return Array.from(crypto.getRandomValues(new Uint32Array(20)), (drawn) => signs[drawn % signs.length]).join('');
}

/** A form in a dialog: submits once, keeps what was entered when it is refused, shows each refusal at its field, asks before it is left half filled. */
import { App, Form, type FormInstance, Modal } from 'antd';
import { type ReactNode, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import { Refused } from './failure';
import { useUnsavedGuard } from './unsaved';

interface Given<Values> {
  title: string;
  isOpen: boolean;
  close: () => void;
  /** Makes the change; throws a `Problem` when it is refused. */
  submit: (values: Values) => Promise<unknown>;
  initial?: Partial<Values>;
  form?: FormInstance<Values>;
  submitText?: string;
  width?: number;
  children: ReactNode;
  /** How the gateway's name of a field leads to the form's; the same unless said otherwise. */
  fieldOf?: (field: string) => string;
}

export function FormDialog<Values extends object>(given: Given<Values>) {
  const { t } = useTranslation();
  const [own] = Form.useForm<Values>();
  const form = given.form ?? own;
  const id = useId().replace(/\W/g, '');
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [isDirty, setDirty] = useState(false);
  const { modal } = App.useApp();
  const fields = useRef<HTMLDivElement>(null);
  const finish = async (values: Values) => {
    setBusy(true);
    setError(null);
    // What is being stored need not be guarded, also where storing it leads to another page.
    setDirty(false);
    try {
      await given.submit(values);
      given.close();
    } catch (refused) {
      setDirty(true);
      setError(showAtFields(form as FormInstance, refused, given.fieldOf) ? null : refused);
    } finally {
      setBusy(false);
    }
  };
  const leave = () => {
    if (!isDirty) return given.close();
    modal.confirm({
      title: t('unsaved.title'),
      content: t('unsaved.text'),
      okText: t('unsaved.leave'),
      cancelText: t('unsaved.stay'),
      onOk: given.close,
    });
  };
  return (
    <Modal
      title={given.title}
      open={given.isOpen}
      onCancel={leave}
      onOk={() => form.submit()}
      okText={given.submitText ?? t('action.submit')}
      cancelText={t('action.close')}
      confirmLoading={isBusy}
      width={given.width ?? 520}
      afterClose={() => {
        setError(null);
        setDirty(false);
      }}
      // The dialog takes the focus for itself; whoever opened it wants to fill it in.
      afterOpenChange={(isOpen) => isOpen && fields.current?.querySelector<HTMLElement>('input, textarea')?.focus()}
      mask={{ closable: false }}
      destroyOnHidden
    >
      {isDirty && given.isOpen && <Guard />}
      <Refused error={error} />
      <Form
        form={form as FormInstance}
        // Two dialogs may be open at once: labels find the fields of their own.
        name={id}
        layout="vertical"
        initialValues={given.initial}
        onFinish={finish}
        onValuesChange={() => setDirty(true)}
        preserve={false}
        validateTrigger={['onChange', 'onBlur']}
        scrollToFirstError={{ focus: true }}
      >
        <div ref={fields}>{given.children}</div>
        {/* Enter submits from any field. */}
        <button type="submit" hidden />
      </Form>
    </Modal>
  );
}

/** The page behind is guarded only while something is entered: a router bears one guard at a time. */
function Guard() {
  useUnsavedGuard(true);
  return null;
}

/** Puts each refusal at its field; false when one has no field here, so that it must be shown above them. */
export function showAtFields(form: FormInstance, refused: unknown, fieldOf = (field: string) => field): boolean {
  if (!(refused instanceof Problem) || refused.fields.length === 0) return false;
  const known = Object.keys(form.getFieldsValue(true));
  const shown = refused.fields.map(({ field, detail }) => ({ path: fieldOf(field).split('.'), detail }));
  const here = shown.filter(({ path }) => known.includes(path[0]!));
  form.setFields(here.map(({ path, detail }) => ({ name: path as never, errors: [detail] })));
  if (here[0]) form.scrollToField(here[0].path, { focus: true });
  return here.length === shown.length;
}

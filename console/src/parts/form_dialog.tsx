/** A form in a dialog: submits once, keeps what was entered when it is refused, shows each refusal at its field, asks before it is left half filled. */
import { App, Form, type FormInstance, Modal } from 'antd';
import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { forgetRefusals, showAtFields } from './at_fields';
import { Entered } from './entered';
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
  const isStoring = useRef(false);
  const [isDirty, setDirty] = useState(false);
  const entered = useCallback(() => setDirty(true), []);
  const { modal } = App.useApp();
  const fields = useRef<HTMLDivElement>(null);
  // What became of the dialog when it was open before is none of this time's business.
  useEffect(() => {
    if (!given.isOpen) return;
    setError(null);
    setDirty(false);
  }, [given.isOpen]);
  const finish = async (values: Values) => {
    // Enter submits too, and does not wait for the button to show that it is busy.
    if (isStoring.current) return;
    isStoring.current = true;
    setBusy(true);
    setError(null);
    forgetRefusals(form as FormInstance);
    // What is being stored need not be guarded, also where storing it leads to another page.
    setDirty(false);
    try {
      await given.submit(values);
      given.close();
    } catch (refused) {
      setDirty(true);
      setError(showAtFields(form as FormInstance, refused, given.fieldOf));
    } finally {
      isStoring.current = false;
      setBusy(false);
    }
  };
  const leave = () => {
    // Whether it is stored is not known yet: a refusal would be told to nobody, and what was entered lost with it.
    if (isStoring.current) return;
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
      cancelButtonProps={{ disabled: isBusy }}
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
        onValuesChange={entered}
        preserve={false}
        validateTrigger={['onChange', 'onBlur']}
        scrollToFirstError={{ focus: true }}
      >
        <div ref={fields}>
          <Entered value={entered}>{given.children}</Entered>
        </div>
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

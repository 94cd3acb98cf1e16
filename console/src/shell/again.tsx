/** Asks for the password again when the session has ended, in front of the page, so that nothing entered there is lost. */
import { Form, Input, Modal } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { whenExpired } from '@/api/http';
import { queries } from '@/api/queries';
import { useLogIn, useSession } from '@/api/session';
import { Refused } from '@/parts/failure';

export function Again() {
  const [isExpired, setExpired] = useState(false);
  useEffect(() => {
    whenExpired(() => setExpired(true));
    return () => whenExpired(() => {});
  }, []);
  return isExpired && <AgainDialog done={() => setExpired(false)} />;
}

function AgainDialog({ done }: { done: () => void }) {
  const { t } = useTranslation(['account', 'shell']);
  const name = useSession().data?.operator.name ?? '';
  const logIn = useLogIn();
  const [form] = Form.useForm<{ password: string }>();
  const enter = async ({ password }: { password: string }) => {
    try {
      await logIn.mutateAsync({ name, password });
      done();
      // What was refused while nobody was logged in is asked for anew.
      await queries.invalidateQueries();
    } catch {
      form.resetFields();
      form.focusField('password');
    }
  };
  return (
    <Modal
      title={t('again.title')}
      open
      zIndex={1300}
      width={420}
      mask={{ closable: false }}
      afterOpenChange={() => form.focusField('password')}
      onOk={() => form.submit()}
      okText={t('logIn')}
      confirmLoading={logIn.isPending}
      onCancel={() => location.assign('/console/login')}
      cancelText={t('again.other')}
    >
      <Refused error={logIn.error} />
      <p className="dialog-text">{t('again.text', { name })}</p>
      <Form form={form} layout="vertical" onFinish={enter} requiredMark={false}>
        <input type="text" autoComplete="username" value={name} readOnly hidden />
        <Form.Item name="password" label={t('password')} rules={[{ required: true, message: t('shell:form.required') }]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  );
}

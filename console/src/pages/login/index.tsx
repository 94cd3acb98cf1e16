import { Alert, Button, Form, Input } from 'antd';
import { useEffect } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { Problem, useProblemWords } from '@/api/problem';
import { type Entry, useLogIn, useSession } from '@/api/session';
import { Logo } from '@/parts/logo';
import { LanguageChoice, ModeChoice } from '@/shell/choices';
import './login.css';

export default function Login() {
  const { t } = useTranslation(['account', 'shell']);
  const session = useSession();
  const logIn = useLogIn();
  const { state } = useLocation() as { state?: { from?: string } };
  const words = useProblemWords();
  useEffect(() => {
    document.title = t('title');
  }, [t]);
  if (session.data) return <Navigate to={state?.from ?? '/overview'} replace />;
  const refused = (error: Problem) => {
    if (error.status === 429) return t('locked', { seconds: error.retryAfter ?? 60 });
    return error.status === 401 ? t('wrong') : words(error);
  };
  return (
    <div className="login">
      <div className="login-choices">
        <LanguageChoice />
        <ModeChoice />
      </div>
      <main className="login-card card">
        <Logo size={44} />
        <h1>{t('title')}</h1>
        <p className="quiet">{t('lead')}</p>
        {logIn.error && <Alert type="error" showIcon role="alert" title={refused(logIn.error as Problem)} />}
        <Form<Entry> layout="vertical" onFinish={(entry) => logIn.mutate(entry)} requiredMark={false} size="large">
          <Form.Item name="name" label={t('name')} rules={[{ required: true, message: t('shell:form.required') }]}>
            <Input autoComplete="username" autoFocus />
          </Form.Item>
          <Form.Item name="password" label={t('password')} rules={[{ required: true, message: t('shell:form.required') }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={logIn.isPending}>
            {t('logIn')}
          </Button>
        </Form>
        <p className="login-hint">
          <Trans t={t} i18nKey="hint" components={{ c: <code /> }} />
        </p>
      </main>
    </div>
  );
}

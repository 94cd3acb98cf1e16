/** What is to be called: environment, key, parameters, headers, body. */
import { DeleteOutlined, PlusOutlined, SendOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '@/api/apis';
import { useApplications, useApplicationsOfApi } from '@/api/applications';
import { type DebugWish, useKeyChoices } from '@/api/debug';
import type { Environment } from '@/api/environments';
import type { Service } from '@/api/services';
import { forgetRefusals, showAtFields } from '@/parts/at_fields';
import { Refused } from '@/parts/failure';
import { Section } from '@/parts/facts';
import { useSettled } from '@/parts/settled';
import { fault, inWords, rule } from '@/rules/fault';
import { parameterName, parameterValue } from '@/rules/parameter';
import { CONTENT_TYPES, type DebugValues, PLACES, firstValues, isNeeded, methods, ownPath, takesBody, wishOf } from './wish';

/** The fields whose refusals stand beside them; the gateway does not say which of the headers or parameters it means. */
const WITH_PLACE = ['environment', 'key', 'application', 'method', 'body'];

interface Given {
  service: Service;
  api: Api;
  error: unknown;
  isBusy: boolean;
  isAllowed: boolean;
  send: (wish: DebugWish) => Promise<void>;
}

export function RequestForm({ service, api, error, isBusy, isAllowed, send }: Given) {
  const { t } = useTranslation(['debug', 'apis', 'services', 'shell']);
  const { definition } = api;
  const [form] = Form.useForm<DebugValues>();
  const runs = api.running_in.map((one) => one.environment);
  const first: Environment = runs.includes('release') ? 'release' : (runs[0] ?? 'release');
  const environment = Form.useWatch('environment', form) ?? first;
  const method = Form.useWatch('method', form) ?? methods(definition)[0]!;
  const [isShown, setShown] = useState(false);
  const parameters = (definition.parameters ?? []).map((parameter, index) => ({ parameter, index }));

  const finish = async (values: DebugValues) => {
    setShown(false);
    forgetRefusals(form as never);
    try {
      await send(wishOf(values, definition, service.id, api.id));
    } catch (refused) {
      setShown(showAtFields(form as never, refused, (field) => (WITH_PLACE.includes(field) ? field : 'above')) === null);
    }
  };

  return (
    <Section title={t('request.title')}>
      <Form
        form={form}
        className="debug-form"
        layout="vertical"
        initialValues={firstValues(definition, first)}
        onFinish={finish}
        validateTrigger={['onChange', 'onBlur']}
        scrollToFirstError={{ focus: true }}
      >
        {!isShown && <Refused error={error} />}
        <div className="debug-pair">
          <Form.Item name="environment" label={t('field.environment')}>
            <Select
              options={service.environments.map((one) => ({
                value: one.name,
                label: `${t(`services:environment.${one.name}`)}${runs.includes(one.name) ? '' : ` · ${t('request.notHere')}`}`,
              }))}
            />
          </Form.Item>
          <Form.Item name="method" label={t('field.method')}>
            <Select options={methods(definition).map((value) => ({ value }))} disabled={definition.method !== 'ANY'} />
          </Form.Item>
        </div>
        {definition.auth === 'application' ? (
          <ApplicationField service={service.id} environment={environment} api={api.id} />
        ) : (
          <KeyField service={service.id} environment={environment} api={api} />
        )}
        {ownPath(definition) !== undefined && (
          <Form.Item name="path" label={t('field.path')} rules={[rule((value) => (value.startsWith('/') ? null : fault('pathStart')))]}>
            <Input className="mono" spellCheck={false} />
          </Form.Item>
        )}
        {PLACES.map((place) => {
          const here = parameters.filter((one) => one.parameter.location === place);
          if (here.length === 0) return null;
          return (
            <fieldset key={place} className="debug-group">
              <legend>{t('request.parameters', { place: t(`apis:location.${place}`) })}</legend>
              {here.map(({ parameter, index }) => (
                <Form.Item
                  key={index}
                  name={['values', index]}
                  label={
                    <>
                      <span className="mono">{parameter.name}</span>
                      {parameter.type_name && <span className="debug-type">{parameter.type_name}</span>}
                    </>
                  }
                  extra={parameter.description || undefined}
                  rules={[rule(parameterValue(place), isNeeded(parameter))]}
                >
                  <Input className="mono" spellCheck={false} />
                </Form.Item>
              ))}
            </fieldset>
          );
        })}
        <Headers />
        {takesBody(method, definition) && (
          <fieldset className="debug-group">
            <legend>{t('field.body')}</legend>
            <Form.Item name="contentType" label="Content-Type">
              <Select options={CONTENT_TYPES.map((value) => ({ value }))} />
            </Form.Item>
            <Form.Item name="body" label={t('field.body')}>
              <Input.TextArea className="mono" rows={6} spellCheck={false} />
            </Form.Item>
          </fieldset>
        )}
        <Button type="primary" htmlType="submit" block icon={<SendOutlined aria-hidden />} loading={isBusy} disabled={!isAllowed}>
          {t('request.send')}
        </Button>
        <p className="debug-counts">{t('request.counts')}</p>
      </Form>
    </Section>
  );
}

/** The keys that may call the API come first, and the first of them is taken where a signature is asked for. */
function KeyField({ service, environment, api }: { service: string; environment: Environment; api: Api }) {
  const { t } = useTranslation('debug');
  const [q, setQ] = useState('');
  const all = useKeyChoices(service, environment, api.id, '');
  const choices = useKeyChoices(service, environment, api.id, useSettled(q));
  // What was chosen by itself, and may be chosen anew for another environment.
  const own = useRef<string>(undefined);
  const form = Form.useFormInstance<DebugValues>();
  const isAsked = api.definition.auth === 'key_pair';
  const bound = all.data?.find((one) => one.isBound && one.enabled)?.id;
  const isKnown = Boolean(all.data);
  useEffect(() => {
    const chosen = form.getFieldValue('key');
    if (!isAsked || !isKnown || (chosen && chosen !== own.current)) return;
    own.current = bound;
    form.setFieldValue('key', bound);
  }, [isAsked, isKnown, bound, form]);
  const options = (isBound: boolean) =>
    (choices.data ?? [])
      .filter((one) => one.isBound === isBound)
      .map((one) => ({ value: one.id, label: one.enabled ? one.name : t('key.disabled', { name: one.name }), title: one.id }));
  const groups = [
    { label: t('key.bound'), options: options(true) },
    { label: t('key.others'), options: options(false) },
  ].filter((group) => group.options.length > 0);
  const signed = bound || all.isPending ? 'key.asked' : 'key.none';
  const unsigned = asksForToken(api) ? 'key.token' : 'key.open';
  return (
    <Form.Item name="key" label={t('field.key')} extra={t(isAsked ? signed : unsigned)}>
      <Select
        allowClear
        showSearch={{ filterOption: false, onSearch: setQ }}
        placeholder={t('key.unsigned')}
        notFoundContent={t('key.nothing')}
        options={groups}
      />
    </Form.Item>
  );
}

/** An API that gives tokens is called without one. */
function asksForToken({ definition: { auth, oauth } }: Api): boolean {
  return auth === 'oauth' && !(oauth && 'authorization' in oauth);
}

/** The applications that may call the API, the first of them taken; the others are found by their names. */
function ApplicationField({ service, environment, api }: { service: string; environment: Environment; api: string }) {
  const { t } = useTranslation('debug');
  const [q, setQ] = useState('');
  const may = useApplicationsOfApi(service, api);
  const all = useApplications({ q: useSettled(q), page: '' });
  const form = Form.useFormInstance<DebugValues>();
  const bound = (may.data ?? []).filter((one) => one.environment === environment);
  const first = bound[0]?.application;
  useEffect(() => {
    if (first && !form.getFieldValue('application')) form.setFieldValue('application', first);
  }, [first, form]);
  const others = (all.data?.items ?? []).filter(({ id }) => !bound.some((one) => one.application === id));
  const groups = [
    { label: t('key.bound'), options: bound.map((one) => ({ value: one.application, label: one.application_name })) },
    { label: t('application.others'), options: others.map(({ id, name }) => ({ value: id, label: name })) },
  ].filter((group) => group.options.length > 0);
  return (
    <Form.Item
      name="application"
      label={t('field.application')}
      extra={t(first || may.isPending ? 'application.asked' : 'application.none')}
    >
      <Select
        allowClear
        showSearch={{ filterOption: false, onSearch: setQ }}
        placeholder={t('key.unsigned')}
        notFoundContent={t('application.nothing')}
        options={groups}
      />
    </Form.Item>
  );
}

function Headers() {
  const { t } = useTranslation('debug');
  return (
    <fieldset className="debug-group">
      <legend>{t('field.headers')}</legend>
      <Form.List name="headers">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className="debug-header">
                <Form.Item
                  name={[name, 'name']}
                  rules={[
                    {
                      validator: async (_, value?: string) => {
                        const wrong = value ? parameterName('header')(value) : fault('empty');
                        if (wrong) throw new Error(inWords(wrong));
                      },
                    },
                  ]}
                >
                  <Input className="mono" aria-label={t('header.name')} placeholder={t('header.name')} spellCheck={false} />
                </Form.Item>
                <Form.Item name={[name, 'value']} rules={[rule(parameterValue('header'), false)]}>
                  <Input className="mono" aria-label={t('header.value')} placeholder={t('header.value')} spellCheck={false} />
                </Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={t('header.remove')} onClick={() => remove(name)} />
              </div>
            ))}
            <Button type="link" className="debug-add" icon={<PlusOutlined aria-hidden />} onClick={() => add({ name: '', value: '' })}>
              {t('header.add')}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}

/** Makes, edits and duplicates an API in three steps: frontend, backend, response. */
import { Alert, App, Button, Form, Steps } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { type Api, useApiToEdit, useSaveApi } from '@/api/apis';
import type { Marked } from '@/api/client';
import { type Service, useService } from '@/api/services';
import { forgetRefusals, showAtFields } from '@/parts/at_fields';
import { Refused } from '@/parts/failure';
import { PageHead } from '@/parts/page_head';
import { Unloaded } from '@/parts/unloaded';
import { useUnsavedGuard } from '@/parts/unsaved';
import { BackendStep } from './backend_step';
import { type Draft, NEW, definitionOf, draftOf, isShown } from './draft';
import { FrontendStep } from './frontend_step';
import { ResponseStep } from './response_step';
import './wizard.css';

const STEPS = ['frontend', 'backend', 'response'] as const;

/** The fields of each step, for judging them before the next, and for finding the one that the gateway refuses. */
const FIELDS: (keyof Draft)[][] = [
  ['name', 'path', 'method', 'auth', 'cors', 'description', 'parameters'],
  ['backend', 'origin', 'upstream', 'backendPath', 'backendMethod', 'timeout', 'constants', 'mockStatus', 'mockHeaders', 'mockBody', 'parameters'],
  ['bodyType', 'successExample', 'failureExample', 'errorCodes'],
];

export default function Wizard() {
  const { service: serviceId, api: apiId } = useParams() as { service: string; api?: string };
  const [search] = useSearchParams();
  const source = apiId ?? search.get('from') ?? undefined;
  const service = useService(serviceId);
  const api = useApiToEdit(serviceId, source);
  if (!service.data || (source && !api.data)) return <Unloaded of={[service, api]} />;
  return <Opened key={source ?? 'new'} service={service.data.value} api={api.data} isEdit={Boolean(apiId)} />;
}

interface Given {
  service: Service;
  /** What is edited or duplicated; none for a new API. */
  api?: Marked<Api>;
  isEdit: boolean;
}

/** The form of what the wizard shows every part of; another API would lose by it what is not shown. */
function Opened({ service, api: loaded, isEdit }: Given) {
  const { t } = useTranslation(['apis', 'shell']);
  // As it was when the form was opened: what somebody else changes meanwhile is refused, not overwritten.
  const [api] = useState(loaded);
  const definition = api?.value.definition;
  return (
    <>
      <PageHead
        title={isEdit ? t('edit.title', { name: definition?.name }) : definition ? t('duplicate.title') : t('create.title')}
        crumbs={[
          { text: t('shell:nav.services'), to: '/services' },
          { text: service.name, to: `/services/${service.id}/apis` },
        ]}
      />
      {definition && !isShown(definition.backend.type, definition.auth) ? (
        <Alert type="info" showIcon title={t('detail.foreign')} />
      ) : (
        <Fields service={service} api={api} isEdit={isEdit} />
      )}
    </>
  );
}

function Fields({ service, api, isEdit }: Given) {
  const { t } = useTranslation(['apis', 'shell']);
  const navigate = useNavigate();
  const { message } = App.useApp();
  const save = useSaveApi(service.id, isEdit ? api : undefined);
  const [form] = Form.useForm<Draft>();
  const [step, setStep] = useState(0);
  const [isDirty, setDirty] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const letThrough = useUnsavedGuard(isDirty);
  const initial = useMemo(() => {
    if (!api) return NEW;
    const draft = draftOf(api.value.definition);
    return isEdit ? draft : { ...draft, name: `${draft.name}_copy`.slice(0, 60) };
  }, [api, isEdit]);
  const isMock = Form.useWatch('backend', form) === 'mock';
  const last = isMock ? 1 : 2;

  const go = async (to: number) => {
    if (to > step) {
      const isFine = await form.validateFields(FIELDS[step], { recursive: true }).then(
        () => true,
        () => form.focusField(firstFault(form)) as undefined,
      );
      if (!isFine) return;
    }
    setError(null);
    setStep(to);
    window.scrollTo({ top: 0 });
  };

  const finish = async () => {
    forgetRefusals(form);
    const isFine = await form.validateFields({ recursive: true }).then(
      () => true,
      () => false,
    );
    if (!isFine) {
      setStep(Math.max(0, FIELDS.findIndex((names) => names.some((name) => hasFault(form, name)))));
      return;
    }
    setError(null);
    try {
      const saved = await save.mutateAsync(definitionOf(form.getFieldsValue(true), api?.value.definition));
      letThrough();
      message.success(isEdit ? t('edit.done') : t('create.done'));
      navigate(`/services/${service.id}/apis/${saved.id}`);
    } catch (refused) {
      setError(showAtFields(form, refused, fieldOf));
      const at = FIELDS.findIndex((names) => names.some((name) => hasFault(form, name)));
      if (at >= 0) setStep(at);
    }
  };

  return (
    <div className="wizard card">
      <Steps
        className="wizard-steps"
        current={step}
        onChange={(to) => void go(to)}
        items={STEPS.slice(0, last + 1).map((one) => ({ title: t(`step.${one}`), content: t(`stepLead.${one}`) }))}
      />
      <Form
        form={form}
        className="wizard-form"
        layout="vertical"
        initialValues={initial}
        onValuesChange={() => setDirty(true)}
        validateTrigger={['onChange', 'onBlur']}
        scrollToFirstError={{ focus: true }}
      >
        <Refused error={error} />
        <div hidden={step !== 0}>
          <FrontendStep service={service.name} isNew={!isEdit} keptName={isEdit ? initial.name : undefined} />
        </div>
        <div hidden={step !== 1}>
          <BackendStep />
        </div>
        <div hidden={step !== 2}>
          <ResponseStep />
        </div>
      </Form>
      <div className="wizard-foot">
        <Button onClick={() => navigate(`/services/${service.id}/apis`)}>{t('shell:action.cancel')}</Button>
        <span className="wizard-gap" />
        {step > 0 && <Button onClick={() => void go(step - 1)}>{t('shell:action.back')}</Button>}
        {step < last ? (
          <Button type="primary" onClick={() => void go(step + 1)}>
            {t('shell:action.next')}
          </Button>
        ) : (
          <Button type="primary" loading={save.isPending} onClick={() => void finish()}>
            {t('shell:action.finish')}
          </Button>
        )}
      </div>
    </div>
  );
}

type DraftForm = ReturnType<typeof Form.useForm<Draft>>[0];

function hasFault(form: DraftForm, name: keyof Draft): boolean {
  return form.getFieldsError().some((field) => field.errors.length > 0 && field.name[0] === name);
}

function firstFault(form: DraftForm) {
  return form.getFieldsError().find((field) => field.errors.length > 0)?.name as never;
}

/** The gateway's name of a field, as the form calls it. */
function fieldOf(field: string): string {
  const known: Record<string, string> = {
    'backend.origin': 'origin',
    'backend.upstream': 'upstream',
    'backend.path': 'backendPath',
    'backend.method': 'backendMethod',
    'backend.status': 'mockStatus',
    'backend.body': 'mockBody',
  };
  const found = Object.keys(known).find((one) => field === one);
  return found ? known[found]! : field;
}

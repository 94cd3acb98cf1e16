/** Makes, edits and duplicates an API in three steps: frontend, backend, response. */
import { App, Button, Form, Steps } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { useApi, useSaveApi } from '@/api/apis';
import { useService } from '@/api/services';
import { Failure, Refused } from '@/parts/failure';
import { showAtFields } from '@/parts/form_dialog';
import { PageHead } from '@/parts/page_head';
import { useUnsavedGuard } from '@/parts/unsaved';
import { Waiting } from '@/parts/waiting';
import { BackendStep } from './backend_step';
import { type Draft, NEW, definitionOf, draftOf } from './draft';
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
  const api = useApi(serviceId, source);
  if (service.error || api.error) {
    return <Failure error={service.error ?? api.error} retry={() => Promise.all([service.refetch(), api.refetch()])} />;
  }
  if (!service.data || (source && !api.data)) return <Waiting />;
  return <Fields key={source ?? 'new'} serviceId={serviceId} apiId={apiId} source={source} />;
}

function Fields({ serviceId, apiId, source }: { serviceId: string; apiId?: string; source?: string }) {
  const { t } = useTranslation(['apis', 'shell']);
  const navigate = useNavigate();
  const { message } = App.useApp();
  const service = useService(serviceId).data!;
  const api = useApi(serviceId, source).data;
  const save = useSaveApi(serviceId, apiId ? api : undefined);
  const [form] = Form.useForm<Draft>();
  const [step, setStep] = useState(0);
  const [isDirty, setDirty] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const letThrough = useUnsavedGuard(isDirty);
  const initial = useMemo(() => {
    if (!api) return NEW;
    const draft = draftOf(api.value.definition);
    return apiId ? draft : { ...draft, name: `${draft.name}_copy`.slice(0, 60) };
  }, [api, apiId]);
  const isMock = Form.useWatch('backend', form) === 'mock';
  const last = isMock ? 1 : 2;
  const title = apiId ? t('edit.title', { name: initial.name }) : source ? t('duplicate.title') : t('create.title');

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
      message.success(apiId ? t('edit.done') : t('create.done'));
      navigate(`/services/${serviceId}/apis/${saved.id}`);
    } catch (refused) {
      const isShown = showAtFields(form, refused, fieldOf);
      setError(isShown ? null : refused);
      const at = FIELDS.findIndex((names) => names.some((name) => hasFault(form, name)));
      if (isShown && at >= 0) setStep(at);
    }
  };

  return (
    <>
      <PageHead
        title={title}
        crumbs={[
          { text: t('shell:nav.services'), to: '/services' },
          { text: service.value.name, to: `/services/${serviceId}/apis` },
        ]}
      />
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
            <FrontendStep service={service.value.name} isNew={!apiId} keptName={apiId && initial.name} />
          </div>
          <div hidden={step !== 1}>
            <BackendStep />
          </div>
          <div hidden={step !== 2}>
            <ResponseStep />
          </div>
        </Form>
        <div className="wizard-foot">
          <Button onClick={() => navigate(`/services/${serviceId}/apis`)}>{t('shell:action.cancel')}</Button>
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
    </>
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

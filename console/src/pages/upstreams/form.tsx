/** Makes and edits an upstream. */
import { App, Button, Form, Input, InputNumber, Radio, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { useSaveUpstream, useUpstreamToEdit } from '@/api/upstreams';
import { forgetRefusals, showAtFields } from '@/parts/at_fields';
import { Refused } from '@/parts/failure';
import { PageHead } from '@/parts/page_head';
import { Unloaded } from '@/parts/unloaded';
import { useUnsavedGuard } from '@/parts/unsaved';
import { fault, inWords, rule } from '@/rules/fault';
import { longest, name } from '@/rules/name';
import { parameterName } from '@/rules/parameter';
import { authority } from '@/rules/upstream';
import { ALGORITHMS, type Draft, HASH_KEYS, NEW, PROTOCOLS, areNodesShown, draftOf, valuesOf } from './draft';
import { HealthFields } from './health_fields';
import { NodeTable } from './node_table';
import '@/pages/apis/wizard.css';
import './form.css';

export default function UpstreamForm() {
  const { upstream: id } = useParams() as { upstream?: string };
  const loaded = useUpstreamToEdit(id);
  if (id && !loaded.data) return <Unloaded of={[loaded]} />;
  return <Fields key={id ?? 'new'} id={id} />;
}

function Fields({ id }: { id?: string }) {
  const { t } = useTranslation(['upstreams', 'shell']);
  const navigate = useNavigate();
  const { message } = App.useApp();
  // As it was when the form was opened: what somebody else changes meanwhile is refused, not overwritten.
  const [before] = useState(useUpstreamToEdit(id).data);
  const save = useSaveUpstream(before);
  const [form] = Form.useForm<Draft>();
  const [isDirty, setDirty] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const letThrough = useUnsavedGuard(isDirty);
  const initial = useMemo(() => (before ? draftOf(before.value) : NEW), [before]);
  const hasNodes = areNodesShown(before?.value);
  const finish = async () => {
    setError(null);
    forgetRefusals(form);
    try {
      const saved = await save.mutateAsync(valuesOf({ ...initial, ...form.getFieldsValue(true) }, before?.value));
      letThrough();
      message.success(t(id ? 'done.edited' : 'done.created'));
      navigate(`/upstreams/${saved.id}`);
    } catch (refused) {
      setError(showAtFields(form, refused, fieldOf));
    }
  };
  return (
    <>
      <PageHead
        title={id ? t('edit', { name: before?.value.name ?? id }) : t('create')}
        crumbs={[{ text: t('shell:nav.upstreams'), to: '/upstreams' }]}
      />
      <div className="wizard card">
        <Form
          form={form}
          className="wizard-form"
          layout="vertical"
          initialValues={initial}
          onValuesChange={() => setDirty(true)}
          onFinish={() => void finish()}
          validateTrigger={['onChange', 'onBlur']}
          scrollToFirstError={{ focus: true }}
        >
          <Refused error={error} />
          <Basics keptName={before?.value.name ?? undefined} />
          {hasNodes ? <NodeTable /> : <p className="wizard-note">{t('nodes.ofCluster')}</p>}
          <HealthFields />
        </Form>
        <div className="wizard-foot">
          <Button onClick={() => navigate(id ? `/upstreams/${id}` : '/upstreams')}>{t('shell:action.cancel')}</Button>
          <span className="wizard-gap" />
          <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
            {t('shell:action.save')}
          </Button>
        </div>
      </div>
    </>
  );
}

function Basics({ keptName }: { keptName?: string }) {
  const { t } = useTranslation('upstreams');
  const form = Form.useFormInstance<Draft>();
  const algorithm = Form.useWatch('algorithm', form);
  const isByHeader = Form.useWatch('hashOf', form) === 'header';
  return (
    <div className="fields">
      <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(name(keptName), false)]}>
        <Input autoFocus />
      </Form.Item>
      <Form.Item name="description" label={t('field.description')} rules={[rule(longest(1000), false)]}>
        <Input.TextArea placeholder={t('hint.description')} rows={2} />
      </Form.Item>
      <Form.Item name="protocol" label={t('field.protocol')} extra={t('hint.protocol')}>
        <Radio.Group optionType="button" options={PROTOCOLS.map((value) => ({ value, label: t(`protocol.${value}`) }))} />
      </Form.Item>
      <Form.Item name="algorithm" label={t('field.algorithm')} extra={algorithm && t(`algorithmHint.${algorithm}`)}>
        <Select options={ALGORITHMS.map((value) => ({ value, label: t(`algorithm.${value}`) }))} />
      </Form.Item>
      {algorithm === 'consistent_hash' && (
        <Form.Item name="hashOf" label={t('hash.title')}>
          <Select options={HASH_KEYS.map((value) => ({ value, label: t(`hash.${value}`) }))} />
        </Form.Item>
      )}
      {algorithm === 'consistent_hash' && isByHeader && (
        <Form.Item name="hashHeader" label={t('hash.headerName')} rules={[rule(parameterName('header'))]}>
          <Input className="mono" placeholder="X-User" spellCheck={false} />
        </Form.Item>
      )}
      <Form.Item
        name="retries"
        label={t('field.retries')}
        extra={t('hint.retries')}
        rules={[{ required: true, type: 'integer', min: 0, max: 100, message: inWords(fault('range', { min: 0, max: 100 })) }]}
      >
        <InputNumber className="is-short" />
      </Form.Item>
      <Form.Item name="host" label={t('field.host')} extra={t('hint.host')} rules={[rule(authority, false)]}>
        <Input className="mono" placeholder="orders.internal" spellCheck={false} />
      </Form.Item>
    </div>
  );
}

/** The gateway's name of a field, as the form calls it. */
function fieldOf(field: string): string {
  if (field.startsWith('members.nodes')) return field.replace('members.nodes', 'nodes');
  const known: Record<string, string> = {
    'balancing.key.name': 'hashHeader',
    'health.healthy': 'healthy',
    'health.unhealthy': 'unhealthy',
    'health.path': 'path',
    'health.interval': 'interval',
    'health.timeout': 'timeout',
    'health.restore_after': 'restoreAfter',
  };
  return known[field] ?? field;
}

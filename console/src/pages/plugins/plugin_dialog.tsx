/** Makes a plugin, or edits one: what every plugin has, then the data of its kind. */
import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Plugin, type PluginKind, useSavePlugin } from '@/api/plugins';
import { FormDialog } from '@/parts/form_dialog';
import { rule } from '@/rules/fault';
import { longest, name } from '@/rules/name';
import { JsonField, atText, parsed } from './data/json_field';
import { aboutKind, kindWords } from './kind_words';
import { ALL_KINDS, type Data, kindOf } from './kinds';
import './plugins.css';

interface Values {
  name: string;
  type: PluginKind;
  description?: string;
  /** Of a kind with a form. */
  data?: Data;
  /** Of a kind that is written as JSON. */
  text?: string;
}

interface Given {
  plugin?: Plugin;
  close: () => void;
  saved: (plugin: Plugin) => void;
}

export function PluginDialog({ plugin, close, saved }: Given) {
  const { t } = useTranslation('plugins');
  const save = useSavePlugin(plugin);
  const [form] = Form.useForm<Values>();
  const first = plugin?.type ?? ALL_KINDS[0]!;
  const kind = Form.useWatch('type', form) ?? first;
  const fields = kindOf(kind).form;
  const begin = (kind: PluginKind, data: Data) => ({
    data: kindOf(kind).form?.toFields?.(data) ?? data,
    text: JSON.stringify(data, null, 2),
  });
  const submit = async (values: Values) => {
    const { form: own } = kindOf(values.type);
    const data = own ? (own.toData?.(values.data ?? {}, plugin?.data) ?? values.data ?? {}) : parsed(values.text ?? '').data!;
    const body = { name: values.name, type: values.type, description: values.description ?? '', data, tags: plugin?.tags ?? [] };
    try {
      saved(await save.mutateAsync(body));
    } catch (refused) {
      throw own ? refused : atText(refused);
    }
  };
  return (
    <FormDialog<Values>
      title={plugin ? t('edit', { name: plugin.name }) : t('create')}
      isOpen
      close={close}
      form={form}
      width={680}
      initial={{ name: plugin?.name, type: first, description: plugin?.description, ...begin(first, plugin?.data ?? kindOf(first).template) }}
      submit={submit}
    >
      <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(name(plugin?.name))]}>
        <Input autoFocus />
      </Form.Item>
      <Form.Item name="type" label={t('field.type')} extra={aboutKind(kind)}>
        <Select
          virtual={false}
          disabled={plugin !== undefined}
          options={(plugin ? [plugin.type] : ALL_KINDS).map((value) => ({ value, label: kindWords(value) }))}
          onChange={(chosen: PluginKind) => form.setFieldsValue(begin(chosen, kindOf(chosen).template))}
        />
      </Form.Item>
      {fields ? <fields.Fields key={kind} /> : <JsonField kind={kind} />}
      <Form.Item name="description" label={t('field.description')} rules={[rule(longest(200), false)]}>
        <Input.TextArea rows={2} placeholder={t('hint.description')} />
      </Form.Item>
    </FormDialog>
  );
}

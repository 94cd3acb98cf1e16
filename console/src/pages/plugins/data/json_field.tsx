/** Data as JSON, for the kinds without a form of their own: checked as one types, refusals named by their place. */
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import type { PluginKind } from '@/api/plugins';
import { Hints } from './hints';

/** An object, or why it is none. */
export function parsed(text: string): { data?: Record<string, unknown>; wrong?: 'json' | 'object'; detail?: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { wrong: 'object' };
    return { data: value as Record<string, unknown> };
  } catch (error) {
    return { wrong: 'json', detail: (error as Error).message };
  }
}

/** The refusals of members, all at the one field that they are in, each with its place. */
export function atText(refused: unknown): unknown {
  if (!(refused instanceof Problem)) return refused;
  const inside = refused.fields.filter(({ field }) => field.startsWith('data'));
  if (inside.length === 0) return refused;
  const detail = inside.map(({ field, detail }) => `${field.replace(/^data\.?/, '') || 'data'}: ${detail}`).join('\n');
  const others = refused.fields.filter(({ field }) => !field.startsWith('data'));
  return new Problem(refused.status, refused.kind, refused.detail, [...others, { field: 'text', detail }], refused.retryAfter);
}

export function JsonField({ kind }: { kind: PluginKind }) {
  const { t } = useTranslation('plugins');
  return (
    <>
      <Form.Item
        name="text"
        label={t('json.label')}
        extra={t('json.hint')}
        validateFirst
        rules={[
          {
            required: true,
            validator: async (_, text: string) => {
              const { wrong, detail } = parsed(text ?? '');
              if (wrong) throw new Error(t(`json.${wrong}`, { detail }));
            },
          },
        ]}
      >
        {/* One that grows sets a style attribute, which the policy of the page forbids. */}
        <Input.TextArea className="mono" rows={16} spellCheck={false} />
      </Form.Item>
      <Hints kind={kind} />
    </>
  );
}

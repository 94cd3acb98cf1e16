/** A bound, or none: a switch beside a number. What was entered stays there while the switch is off. */
import { Form, InputNumber, Switch } from 'antd';
import type { Rule } from 'antd/es/form';
import { useTranslation } from 'react-i18next';
import { fault, inWords } from '@/rules/fault';
import { number } from './time';
import './limit_field.css';

export interface Limit {
  isOn: boolean;
  value: number | null;
}

/** The bound as the field holds it; `usual` is offered to whoever switches it on. */
export function limitOf(bound: number | null | undefined, usual: number): Limit {
  return { isOn: bound != null, value: bound ?? usual };
}

/** The bound as the gateway takes it: null is none. */
export function boundOf({ isOn, value }: Limit): number | null {
  return isOn ? value : null;
}

interface Given {
  name: string;
  label: string;
  /** What the number counts: `calls/s`. */
  unit: string;
  max: number;
  /** Takes `{{max}}`. */
  hint: (max: string) => string;
}

export function LimitField({ name, label, unit, max, hint }: Given) {
  const { i18n } = useTranslation();
  return (
    <Form.Item name={name} label={label} extra={hint(number(max, i18n.language))} rules={[within(max)]}>
      <LimitInput label={label} unit={unit} />
    </Form.Item>
  );
}

interface Field {
  id?: string;
  value?: Limit;
  onChange?: (limit: Limit) => void;
  label: string;
  unit: string;
}

function LimitInput({ id, value, onChange, label, unit }: Field) {
  const { t } = useTranslation();
  const limit = value ?? { isOn: false, value: null };
  return (
    <div className="limit-field">
      <Switch
        aria-label={`${t('form.limited')}: ${label}`}
        checked={limit.isOn}
        onChange={(isOn) => onChange?.({ ...limit, isOn })}
      />
      <InputNumber
        id={id}
        value={limit.value}
        disabled={!limit.isOn}
        suffix={unit}
        onChange={(entered) => onChange?.({ ...limit, value: entered })}
      />
    </div>
  );
}

/** A whole number from 1 to `max`, where a bound is wanted at all. */
function within(max: number): Rule {
  return {
    validator: async (_, limit: Limit) => {
      if (!limit?.isOn) return;
      if (limit.value === null) throw new Error(inWords(fault('empty')));
      if (!Number.isInteger(limit.value) || limit.value < 1 || limit.value > max) {
        throw new Error(inWords(fault('range', { min: 1, max })));
      }
    },
  };
}

/** Refusals of the gateway's at the fields of a form that they are about. */
import type { FormInstance } from 'antd';
import { Problem } from '@/api/problem';

export type Place = (string | number)[];

/** A place in a body as a form has it: `paths.0` is the first of a list. */
export function placeOf(field: string): Place {
  return field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** The item that is at a place, or the nearest around it. */
export function itemAt(place: Place, items: Place[]): Place | null {
  const isAround = (item: Place) => item.length <= place.length && item.every((part, at) => part === place[at]);
  return items.filter(isAround).sort((a, b) => b.length - a.length)[0] ?? null;
}

/** The items that the form shows now. A list of them is none: it takes a refusal, and has no place where it is read. */
function itemsOf(form: FormInstance): Place[] {
  const items: Place[] = [];
  const filter = (item: { name: Place } | null) => {
    if (item) items.push(item.name);
    return false;
  };
  form.getFieldsValue({ filter });
  return items;
}

/** Puts each refusal at its field; what is left to be told above them is that which has no field here. */
export function showAtFields(form: FormInstance, refused: unknown, fieldOf = (field: string) => field): unknown {
  if (!(refused instanceof Problem)) return refused;
  const items = itemsOf(form);
  const told = refused.fields.map((one) => ({ ...one, item: itemAt(placeOf(fieldOf(one.field)), items) }));
  const shown = items
    .map((name) => ({ name, errors: told.filter(({ item }) => item === name).map(({ detail }) => detail) }))
    .filter(({ errors }) => errors.length > 0);
  if (shown.length === 0) return refused;
  form.setFields(shown.map(({ name, errors }) => ({ name: name as never, errors })));
  form.scrollToField(shown[0]!.name, { focus: true });
  const left = told.filter(({ item }) => !item);
  if (left.length === 0) return null;
  const detail = left.map(({ field, detail }) => `\`/${field.replaceAll('.', '/')}\` ${detail}`).join('; ');
  return new Problem(refused.status, refused.kind, detail, left, refused.retryAfter);
}

/** Takes back what stands at the fields: one without rules is not judged anew, and would keep it for good. */
export function forgetRefusals(form: FormInstance) {
  const told = form.getFieldsError().filter(({ errors }) => errors.length > 0);
  form.setFields(told.map(({ name }) => ({ name: name as never, errors: [] })));
}

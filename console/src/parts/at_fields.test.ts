import type { FormInstance } from 'antd';
import { expect, test } from 'vitest';
import { Problem } from '@/api/problem';
import { type Place, itemAt, placeOf, showAtFields } from './at_fields';

/** A form that shows these items; what is put at them is kept. */
function formOf(...items: Place[]) {
  const told: Record<string, string[]> = {};
  const form = {
    getFieldsValue: ({ filter }: { filter: (item: { name: Place }) => boolean }) => items.forEach((name) => filter({ name })),
    setFields: (fields: { name: Place; errors: string[] }[]) => fields.forEach(({ name, errors }) => (told[name.join('/')] = errors)),
    scrollToField: () => {},
  };
  return { form: form as unknown as FormInstance, told };
}

function refused(...fields: string[]) {
  return new Problem(
    422,
    'invalid-input',
    'the gateway’s own words',
    fields.map((field) => ({ field, detail: `${field} is wrong` })),
  );
}

test('a place in a list is a number, as the form has it', () => {
  expect(placeOf('data.addresses.0.1')).toEqual(['data', 'addresses', 0, 1]);
  expect(itemAt(placeOf('constants.1.name'), [['constants', 0, 'name'], ['constants', 1, 'name']])).toEqual(['constants', 1, 'name']);
});

test('a refusal stands at its field, or at the nearest around it', () => {
  const { form, told } = formOf(['name'], ['data', 'origins'], ['data', 'addresses', 0, 0]);
  expect(showAtFields(form, refused('name', 'data.origins.0', 'data.origins.2', 'data.addresses.0.0'))).toBe(null);
  expect(told).toEqual({
    name: ['name is wrong'],
    'data/origins': ['data.origins.0 is wrong', 'data.origins.2 is wrong'],
    'data/addresses/0/0': ['data.addresses.0.0 is wrong'],
  });
});

test.each(['mappings', 'data.window', 'data', 'nowhere'])('a refusal of %s, where nothing shows it, is told above', (field) => {
  const { form, told } = formOf(['name'], ['mappings', 0, 'path'], ['data', 'window', 'length']);
  const problem = refused(field);
  expect(showAtFields(form, problem)).toBe(problem);
  expect(told).toEqual({});
});

test('of several refusals those without a field are told above', () => {
  const { form, told } = formOf(['name']);
  const left = showAtFields(form, refused('name', 'data.window'));
  expect(told).toEqual({ name: ['name is wrong'] });
  expect(left).toMatchObject({ status: 422, kind: 'invalid-input', detail: '`/data/window` data.window is wrong' });
});

test('what is no refusal of fields is told above as it is', () => {
  const { form } = formOf(['name']);
  const silence = new Problem(0, 'network', '');
  expect(showAtFields(form, silence)).toBe(silence);
  expect(showAtFields(form, 'broken')).toBe('broken');
});

test('a field that the gateway calls otherwise is found by the form’s name', () => {
  const { form, told } = formOf(['origin']);
  expect(showAtFields(form, refused('backend.origin'), () => 'origin')).toBe(null);
  expect(told).toEqual({ origin: ['backend.origin is wrong'] });
});

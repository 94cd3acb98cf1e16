/** What the form of a debug call holds, and what is sent of it. */
import type { DebugWish } from '@/api/debug';
import type { Definition, Parameter } from '@/api/definition';
import type { Environment } from '@/api/environments';
import type { Location } from '@/rules/parameter';
import { formOf } from '@/rules/path';

export interface DebugValues {
  environment: Environment;
  key?: string;
  /** In place of a key, where the API asks for an application. */
  application?: string;
  method: string;
  /** Not where variables make it. */
  path?: string;
  /** By the place of the declared parameter in the definition. */
  values: string[];
  headers: { name?: string; value?: string }[];
  contentType: string;
  body?: string;
}

export const CONTENT_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/xml'];
export const PLACES: Location[] = ['path', 'query', 'header', 'body'];
const ALL = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];
const WITHOUT_BODY = ['GET', 'HEAD', 'TRACE', 'OPTIONS'];

/** The methods that may be tried; the API's own, or all of the usual ones. */
export function methods(definition: Definition): string[] {
  return definition.method === 'ANY' ? ALL : [definition.method];
}

/** Where a path has variables, their values make it; any other is as it is written, or longer, or what somebody says. */
export function ownPath(definition: Definition): string | undefined {
  const form = formOf(definition.path);
  if (form === 'template') return undefined;
  return form === 'regex' ? '/' : definition.path.replace(/^(\^~|=)/, '');
}

export function hasForm(definition: Definition): boolean {
  return (definition.parameters ?? []).some((one) => one.location === 'body');
}

/** Whether a body may be written by hand. */
export function takesBody(method: string, definition: Definition): boolean {
  return !WITHOUT_BODY.includes(method) && !hasForm(definition);
}

export function isNeeded(parameter: Parameter): boolean {
  return parameter.location === 'path' || Boolean(parameter.required);
}

/** Where the form begins: everything that is known of the call. */
export function firstValues(definition: Definition, environment: Environment): DebugValues {
  return {
    environment,
    method: methods(definition)[0]!,
    path: ownPath(definition),
    values: (definition.parameters ?? []).map((one) => one.default ?? ''),
    headers: [],
    contentType: CONTENT_TYPES[0]!,
  };
}

/** What is sent: parameters without a value are left out, and a body brings its type along. */
export function wishOf(values: DebugValues, definition: Definition, service: string, api: string): DebugWish {
  const given = (definition.parameters ?? []).map((one, index) => ({
    location: one.location,
    name: one.name,
    value: values.values[index] ?? '',
  }));
  const headers = values.headers.flatMap(({ name, value }) => (name ? [{ name, value: value ?? '' }] : []));
  const body = takesBody(values.method, definition) ? values.body : undefined;
  const hasType = [...headers, ...given.filter((one) => one.location === 'header' && one.value)].some(
    ({ name }) => name.toLowerCase() === 'content-type',
  );
  if (body && !hasType) headers.push({ name: 'Content-Type', value: values.contentType });
  return {
    service,
    api,
    environment: values.environment,
    key: values.key,
    application: values.application,
    method: values.method as DebugWish['method'],
    path: values.path,
    parameters: given.filter((one) => one.value !== ''),
    headers,
    body: body || undefined,
  };
}

/**
 * An API as the wizard's fields hold it, and as the gateway does.
 *
 * The fields follow the form: a declared parameter carries where it goes at the backend, and both kinds of backend keep
 * what was entered while one looks at the other. What the form does not show is kept as it was.
 */
import type { Constant, Definition, Mapping, Parameter } from '@/api/definition';
import { type Location, place } from '@/rules/parameter';
import { variables } from '@/rules/path';

type BackendMethod = Extract<Definition['backend'], { type: 'http' }>['method'];

export interface DraftParameter {
  name: string;
  location: Location;
  type_name: string;
  default: string;
  required: boolean;
  description: string;
  /** Where it goes; what is empty is as in front. */
  backendName: string;
  backendLocation: Location | '';
  /** That somebody wrote this mapping down, though it says nothing new. */
  isWritten?: boolean;
  mappingDefault?: string | null;
  mappingDescription?: string;
}

/** The kinds of backend that the wizard edits. */
export const BACKENDS = ['http', 'upstream', 'mock'] as const satisfies Definition['backend']['type'][];
export type BackendKind = (typeof BACKENDS)[number];

export interface Draft {
  name: string;
  description: string;
  path: string;
  method: string;
  auth: string;
  cors: boolean;
  parameters: DraftParameter[];
  backend: BackendKind;
  origin: string;
  upstream: string;
  backendPath: string;
  backendMethod: string;
  timeout: number;
  constants: { name: string; location: 'header' | 'query'; value: string; description: string }[];
  mockStatus: number;
  mockHeaders: { name: string; value: string }[];
  mockBody: string;
  bodyType: string;
  successExample: string;
  failureExample: string;
  errorCodes: { code: number; message: string; description: string }[];
}

export const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'ANY', 'PATCH', 'OPTIONS', 'TRACE'];
export const BODY_TYPES = ['JSON', 'HTML', 'TEXT', 'XML', 'BINARY'];

export function newParameter(known: Partial<DraftParameter> = {}): DraftParameter {
  return {
    name: '',
    location: 'query',
    type_name: 'string',
    default: '',
    required: true,
    description: '',
    backendName: '',
    backendLocation: '',
    ...known,
  };
}

export const NEW: Draft = {
  name: '',
  description: '',
  path: '',
  method: 'GET',
  auth: 'key_pair',
  cors: false,
  parameters: [],
  backend: 'http',
  origin: '',
  upstream: '',
  backendPath: '',
  backendMethod: 'GET',
  timeout: 15,
  constants: [],
  mockStatus: 200,
  mockHeaders: [],
  mockBody: '',
  bodyType: 'JSON',
  successExample: '',
  failureExample: '',
  errorCodes: [],
};

/** Whether the wizard shows every part of an API of these kinds; another is changed by the program that made it. */
export function isShown(backend: string, auth: Definition['auth']): boolean {
  return (BACKENDS as readonly string[]).includes(backend) && (auth === 'none' || auth === 'key_pair');
}

export function draftOf(definition: Definition): Draft {
  const { backend, response } = definition;
  const known: Partial<Draft> =
    backend.type === 'mock'
      ? {
          backend: 'mock',
          mockStatus: backend.status ?? 200,
          mockHeaders: (backend.headers ?? []).map(([name, value]) => ({ name: name!, value: value! })),
          mockBody: backend.body ?? '',
        }
      : backend.type === 'http'
        ? {
            backend: 'http',
            origin: backend.origin,
            backendPath: backend.path ?? '',
            backendMethod: methodOf(backend.method),
          }
        : backend.type === 'upstream'
          ? {
              backend: 'upstream',
              upstream: backend.upstream,
              backendPath: backend.path ?? '',
              backendMethod: methodOf(backend.method),
            }
          : {};
  return {
    ...NEW,
    ...known,
    name: definition.name,
    description: definition.description ?? '',
    path: definition.path,
    method: definition.method,
    auth: definition.auth as string,
    cors: definition.cors ?? false,
    timeout: definition.timeout ?? 15,
    parameters: (definition.parameters ?? []).map((parameter) => drafted(parameter, definition.mappings ?? [])),
    constants: (definition.constants ?? []).map((constant) => ({
      name: constant.name,
      location: constant.location as 'header' | 'query',
      value: constant.value,
      description: constant.description ?? '',
    })),
    bodyType: response?.body_type ?? 'JSON',
    successExample: response?.success_example ?? '',
    failureExample: response?.failure_example ?? '',
    errorCodes: (response?.error_codes ?? []).map(({ code, message, description }) => ({
      code,
      message: message ?? '',
      description: description ?? '',
    })),
  };
}

function methodOf(method: BackendMethod): string {
  return typeof method === 'object' ? method.fixed : 'SAME';
}

function drafted(parameter: Parameter, mappings: Mapping[]): DraftParameter {
  const mapping = mappings.find((one) => isFrom(one, parameter));
  return newParameter({
    name: parameter.name,
    location: parameter.location,
    type_name: parameter.type_name ?? '',
    default: parameter.default ?? '',
    required: parameter.required ?? false,
    description: parameter.description ?? '',
    ...(mapping && {
      backendName: mapping.name === parameter.name ? '' : mapping.name,
      backendLocation: mapping.location === parameter.location ? '' : mapping.location,
      isWritten: true,
      mappingDefault: mapping.default ?? null,
      mappingDescription: mapping.description ?? '',
    }),
  });
}

function isFrom(mapping: Mapping, parameter: { name: string; location: Location }): boolean {
  return place(mapping.source_location, mapping.source_name) === place(parameter.location, parameter.name);
}

/** What the gateway is told; `before` is the definition that is edited, for what the form does not show. */
export function definitionOf(draft: Draft, before?: Definition): Definition {
  const mappings = draft.backend === 'mock' ? [] : mapped(draft, before?.mappings ?? []);
  return {
    ...before,
    name: draft.name,
    description: draft.description,
    path: draft.path,
    method: draft.method as Definition['method'],
    auth: draft.auth as Definition['auth'],
    // The part in OAuth 2.0 stays with its authentication, and goes with it.
    oauth: draft.auth === 'oauth' ? before?.oauth : undefined,
    cors: draft.cors,
    timeout: draft.timeout,
    parameters: draft.parameters.map((one) => ({
      name: one.name,
      location: one.location,
      type_name: one.type_name,
      default: one.default === '' ? null : one.default,
      required: one.required,
      description: one.description,
    })),
    mappings,
    constants: draft.backend === 'mock' ? [] : draft.constants.map((one): Constant => ({ ...one, description: one.description ?? '' })),
    backend: backendOf(draft),
    response: {
      ...before?.response,
      body_type: draft.bodyType,
      success_example: draft.successExample,
      failure_example: draft.failureExample,
      error_codes: draft.errorCodes.map((one) => {
        const kept = before?.response?.error_codes?.find(({ code }) => code === one.code);
        return { convert: false, converted: null, ...kept, ...one, description: one.description ?? '' };
      }),
    },
  } as Definition;
}

function backendOf(draft: Draft): Definition['backend'] {
  const method: BackendMethod = draft.backendMethod === 'SAME' ? 'same' : { fixed: draft.backendMethod as 'GET' };
  switch (draft.backend) {
    case 'mock':
      return {
        type: 'mock',
        status: draft.mockStatus,
        headers: draft.mockHeaders.map(({ name, value }) => [name, value ?? '']),
        body: draft.mockBody,
      };
    case 'upstream':
      return { type: 'upstream', upstream: draft.upstream, path: draft.backendPath, method };
    case 'http':
      return { type: 'http', origin: draft.origin, path: draft.backendPath, method };
  }
}

function mapped(draft: Draft, before: Mapping[]): Mapping[] {
  const first = draft.parameters.filter(isMapped).map((one) => ({
    name: one.backendName || one.name,
    location: one.backendLocation || one.location,
    source_name: one.name,
    source_location: one.location,
    source_type: one.type_name,
    default: one.mappingDefault ?? null,
    description: one.mappingDescription ?? '',
  }));
  // A program may send one parameter to several places; the table shows the first.
  const seen = new Set<string>();
  const further = before.filter((mapping) => {
    const source = place(mapping.source_location, mapping.source_name);
    const isFirst = !seen.has(source);
    seen.add(source);
    return !isFirst && draft.parameters.some((parameter) => isFrom(mapping, parameter));
  });
  return [...first, ...further];
}

function isMapped(one: DraftParameter): boolean {
  return Boolean(one.isWritten || one.backendName || one.backendLocation);
}

/** The variables of the path that no parameter declares. */
export function undeclared(path: string, parameters: (Partial<DraftParameter> | undefined)[]): string[] {
  const declared = new Set(parameters.filter((one) => one?.location === 'path').map((one) => one?.name));
  return variables(path).filter((variable) => !declared.has(variable));
}

/** The variables of the backend path that nothing fills. */
export function unfilled(path: string, front: string, parameters: (Partial<DraftParameter> | undefined)[]): string[] {
  const filled = new Set(variables(front));
  for (const one of parameters) {
    if ((one?.backendLocation || one?.location) === 'path') filled.add(one?.backendName || one?.name || '');
  }
  return variables(path).filter((variable) => !filled.has(variable));
}

import { expect, test } from 'vitest';
import type { Definition } from '@/api/definition';
import { BACKENDS, definitionOf, draftOf, isShown, undeclared, unfilled } from './draft';

const WHOLE: Definition = {
  name: 'a',
  description: 'd',
  path: '/a/{id}',
  method: 'GET',
  auth: 'key_pair',
  cors: true,
  timeout: 3,
  parameters: [
    { name: 'id', location: 'path', type_name: 'string', default: null, required: true, description: '' },
    { name: 'q', location: 'query', type_name: 'int', default: '1', required: false, description: 'x' },
  ],
  mappings: [
    { name: 'id', location: 'path', source_name: 'id', source_location: 'path', source_type: 'string', default: null, description: '' },
    { name: 'X-Q', location: 'header', source_name: 'q', source_location: 'query', source_type: 'int', default: '2', description: 'y' },
    { name: 'q2', location: 'query', source_name: 'q', source_location: 'query', source_type: 'int', default: null, description: '' },
  ],
  constants: [{ name: 'Host', location: 'header', value: 'h', description: '' }],
  backend: { type: 'http', origin: 'http://127.0.0.1:1', path: '/b/{id}', method: { fixed: 'POST' } },
  response: {
    body_type: 'XML',
    success_example: 's',
    failure_example: 'f',
    error_codes: [{ code: 1, message: 'm', description: '', converted: 5, convert: true }],
  },
};

test('editing an API without touching it changes nothing', () => {
  expect(definitionOf(draftOf(WHOLE), WHOLE)).toEqual(WHOLE);
  const mock: Definition = { ...WHOLE, mappings: [], constants: [], backend: { type: 'mock', status: 404, headers: [['a', 'b']], body: 'x' } };
  expect(definitionOf(draftOf(mock), mock)).toEqual(mock);
  const nodes: Definition = { ...WHOLE, backend: { type: 'upstream', upstream: 'upstream-1', path: '/b/{id}', method: 'same' } };
  expect(definitionOf(draftOf(nodes), nodes)).toEqual(nodes);
});

test('the part in OAuth 2.0 stays with its authentication and goes with it', () => {
  const business: Definition = { ...WHOLE, auth: 'oauth', oauth: { business: { authorization: 'api-1' } } };
  const draft = draftOf(business);
  expect(definitionOf(draft, business)).toEqual(business);
  expect(definitionOf({ ...draft, auth: 'key_pair' }, business)).toEqual(WHOLE);
});

test('what the wizard would lose parts of is not shown in it', () => {
  expect(BACKENDS.filter((backend) => !isShown(backend, 'none') || !isShown(backend, 'key_pair'))).toEqual([]);
  expect(['function', 'bucket', 'websocket', 'conversation', 'of tomorrow'].filter((backend) => isShown(backend, 'none'))).toEqual([]);
  expect((['application', 'oauth'] as const).filter((auth) => isShown('http', auth))).toEqual([]);
});

test('a parameter that goes where it came from needs no mapping', () => {
  const draft = draftOf({ ...WHOLE, mappings: [] });
  expect(definitionOf(draft).mappings).toEqual([]);
  draft.parameters[1]!.backendLocation = 'header';
  expect(definitionOf(draft).mappings).toMatchObject([{ name: 'q', location: 'header', source_name: 'q' }]);
});

test('variables without a source are told', () => {
  const { parameters } = draftOf(WHOLE);
  expect(undeclared('/{id}/{x}', parameters)).toEqual(['x']);
  expect(unfilled('/{id}/{x}', '/{id}', parameters)).toEqual(['x']);
});

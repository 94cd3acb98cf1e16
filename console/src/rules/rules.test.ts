import { expect, test } from 'vitest';
import { name } from './name';
import { origin } from './origin';
import { parameterName } from './parameter';
import { backendPath, formOf, frontendPath, mappingPath, variables } from './path';

test('the forms of a frontend path are told apart', () => {
  expect(['=/user', '^~/user', '/user', '/user/{id}', '/user/.*', 'user'].map(formOf)).toEqual([
    'exact',
    'prefix',
    'plain',
    'template',
    'regex',
    null,
  ]);
});

test('what the gateway refuses as a path is refused while one types', () => {
  const refused = ['user', '=user', '^~/a/{b}', '/a/{', '/a/}', '/{a}{b}', '/{a}/{a}', '/a b', '/{}', '/é'];
  expect(refused.filter((path) => !frontendPath(path))).toEqual([]);
  expect(variables('/a/{b}/c/{d}')).toEqual(['b', 'd']);
});

test('a backend path is absolute and its variables are closed', () => {
  expect(['/a/{b}', '/', '/{a}/{b}', '^~/a', '/a/{b}{c}'].map(backendPath)).toEqual([null, null, null, null, null]);
  expect(['a', '/a?b', '/{', '/}', '/{}', '/a b', '/#', '/{{a}}'].filter((path) => !backendPath(path))).toEqual([]);
});

test('an origin is a scheme, a host and a port', () => {
  const fine = ['http://127.0.0.1', 'https://api.example.com', 'http://my_host:8080', 'http://[::1]:81'];
  fine.push('grpc://orders:50051', 'grpcs://orders.example.com');
  expect(fine.filter((one) => origin(one))).toEqual([]);
  const refused = ['127.0.0.1', 'ftp://a', 'http://', 'http://a/', 'http://a?b', 'http://u@a', 'http://a:0', 'http://a:'];
  refused.push('http://a:65536', 'http://[::1', 'http://300.1.1.1', 'http://a b', 'http://a..b', 'http://[::1]x', 'grpc+x://a', 'grpc://a/b');
  expect(refused.filter((one) => !origin(one))).toEqual([]);
});

test('a name that a program gave may stay', () => {
  expect([name()('a-b'), name('a-b')('a-b'), name()('a'.repeat(51))].map(Boolean)).toEqual([true, false, true]);
});

test('headers of the connection are nobody’s parameters', () => {
  expect(parameterName('header')('Transfer-Encoding')?.word).toBe('headerOwned');
  expect(parameterName('query')('Transfer-Encoding')).toBe(null);
  expect(parameterName('header')('a b')?.word).toBe('headerName');
});

test('the path of a mapping is `/` or plain segments', () => {
  expect(['/', '/v1', '/a/b.c~d-e_f'].filter((path) => mappingPath(path))).toEqual([]);
  expect(['', 'v1', '/v1/', '//', '/a b', '/{id}', '/é'].filter((path) => !mappingPath(path))).toEqual([]);
});

import { expect, test } from 'vitest';
import type { About } from '@/api/about';
import type { Service } from '@/api/services';
import { addresses } from './addresses';

function service(protocol: Service['protocol']) {
  const environments = [
    { name: 'release', path_prefix: '/release', running: { version: '1' } },
    { name: 'test', path_prefix: '/test', running: null },
  ];
  return { protocol, default_host: 'shop.example', environments } as unknown as Service;
}

function about(http: string[], https: string[]) {
  return { nodes: [{ http, https }] } as unknown as About;
}

test('an environment that runs something has an address for each scheme', () => {
  const urls = addresses(service('both'), about(['0.0.0.0:80'], ['0.0.0.0:8443'])).map(({ url }) => url);
  expect(urls).toEqual(['http://shop.example/release', 'https://shop.example:8443/release']);
});

test('there is no address where nothing listens', () => {
  expect(addresses(service('both'), about(['0.0.0.0:8080'], [])).map(({ url }) => url)).toEqual(['http://shop.example:8080/release']);
  expect(addresses(service('https'), about(['0.0.0.0:8080'], []))).toEqual([]);
  expect(addresses(service('both'), undefined)).toEqual([]);
});

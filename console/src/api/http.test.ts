import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ask, carry } from './http';

const PLACE = 'http://gateway/api/v1';

function session(id: string, token: string) {
  return { operator: { id, name: id, role: 'admin' as const }, csrf_token: token } as Parameters<typeof carry>[0];
}

/** A gateway where `now` is logged in; it keeps what was sent. */
function gateway(now: ReturnType<typeof session>) {
  const seen: { method: string; token: string | null; body: string }[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.method === 'GET') return Response.json(now);
    const token = request.headers.get('X-CSRF-Token');
    seen.push({ method: request.method, token, body: await request.text() });
    if (token === now.csrf_token) return Response.json({});
    return Response.json({ type: 'urn:tollgate:problem:csrf' }, { status: 403 });
  });
  return seen;
}

const change = () => ask(new Request(`${PLACE}/keys`, { method: 'POST', body: '{"name":"a"}' }));

beforeEach(() => carry(session('operator-1', 'old')));
afterEach(() => vi.unstubAllGlobals());

test('a change is sent once more, whole, after the operator has logged in anew in another tab', async () => {
  const seen = gateway(session('operator-1', 'new'));
  expect((await change()).ok).toBe(true);
  expect(seen.map(({ token }) => token)).toEqual(['old', 'new']);
  expect(seen.map(({ body }) => body)).toEqual(['{"name":"a"}', '{"name":"a"}']);
  await change();
  expect(seen.at(-1)?.token).toBe('new');
  expect(seen.length).toBe(3);
});

test('a change is not made in the name of somebody else who has logged in in another tab', async () => {
  const seen = gateway(session('operator-2', 'new'));
  await expect(change()).rejects.toMatchObject({ kind: 'csrf' });
  await expect(change()).rejects.toMatchObject({ kind: 'csrf' });
  expect(seen.map(({ token }) => token)).toEqual(['old', 'old']);
});

/** The generated client: every call is checked against `openapi/native.json` when the console is built. */
import createClient from 'openapi-fetch';
import { ask } from './http';
import type { paths } from './native';

// What is not answered well is thrown by `ask`, so that an answer always has data.
export const api = createClient<paths>({ baseUrl: location.origin, fetch: ask });

/** What a place answers when it is shown. */
export type Shown<Place extends keyof paths> = paths[Place] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

/** What one entry of a list looks like. */
export type Listed<Place extends keyof paths> = Shown<Place> extends { items: (infer Row)[] } ? Row : never;

/** A noun with the mark that a change of it must carry. */
export interface Marked<Value> {
  value: Value;
  etag: string;
}

export function marked<Value>(answer: { data?: unknown; response: Response }): Marked<Value> {
  return { value: answer.data as Value, etag: answer.response.headers.get('etag') ?? '*' };
}

/**
 * The mark for a change of what was seen. Where somebody else has changed one of `parts` since, it is a mark that nothing
 * has: what one edits may be older than what is stored, and only what was seen may be overwritten.
 */
export function seenMark<Value>(seen: Value, now: Marked<Value>, ...parts: (keyof Value)[]): string {
  return parts.every((part) => now.value[part] === seen[part]) ? now.etag : '"gone"';
}

/** A page of a list, as the tables take it. */
export function page<Row>(told: { items: Row[]; next_page_token: string | null; total: number }) {
  return { items: told.items, next: told.next_page_token, total: told.total };
}

/** Where a list goes on that is loaded a page at a time, as `useInfiniteQuery` asks. */
export function nextOf(last: { next: string | null }) {
  return last.next;
}

export interface Asked {
  q: string;
  page: string;
}

/** What a table's state is in a query. */
export function asked({ q, page }: Asked, limit = 50) {
  return { limit, ...(q && { q }), ...(page && { page_token: page }) };
}

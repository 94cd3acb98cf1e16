/** Calls as they were logged: searched page by page, and watched as they are answered. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Listed, api } from './client';
import { ask } from './http';
import type { paths } from './native';

export type Logged = Listed<'/api/v1/logs'>;
type Query = NonNullable<paths['/api/v1/logs']['get']['parameters']['query']>;
export type LogFilter = Omit<Query, 'from' | 'to' | 'sort' | 'limit' | 'page_token'>;

/** The newest first; each further page goes on where the search stopped. */
export function useLogs(filter: LogFilter, from: string, isWanted: boolean) {
  return useInfiniteQuery({
    queryKey: ['logs', filter, from],
    enabled: isWanted,
    initialPageParam: '',
    queryFn: async ({ pageParam }) =>
      (await api.GET('/api/v1/logs', { params: { query: { ...filter, from, limit: 50, ...(pageParam && { page_token: pageParam }) } } })).data!,
    getNextPageParam: (last) => last.next_page_token,
  });
}

/** The most calls that are kept in sight while one watches. */
const KEPT = 200;
/** How often what came is shown, in milliseconds: a busy gateway must not redraw the page with every call. */
const BEAT = 250;

export interface Tail extends Watched {
  /** Watches anew, after it was refused. */
  retry: () => void;
}

interface Watched {
  calls: Logged[];
  /** Calls that met the filter and were not shown, because they came too fast. */
  skipped: number;
  isOpen: boolean;
  /** Why nothing more comes. */
  error: unknown;
}

const SILENT: Watched = { calls: [], skipped: 0, isOpen: false, error: null };

/** Watches calls as they are answered, for as long as `isOn`. */
export function useLiveLogs(filter: LogFilter, isOn: boolean): Tail {
  const [tail, setTail] = useState(SILENT);
  const [tries, setTries] = useState(0);
  const asked = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)])).toString();
  const waiting = useRef<Logged[]>([]);
  useEffect(() => {
    setTail(SILENT);
    if (!isOn) return;
    waiting.current = [];
    let isOver = false;
    const place = `/api/v1/logs/live?${asked}`;
    const source = new EventSource(place);
    const change = (some: Partial<Watched>) => isOver || setTail((before) => ({ ...before, ...some }));
    source.onopen = () => change({ isOpen: true, error: null });
    source.onerror = () => {
      change({ isOpen: false });
      // A stream that broke off is opened again by the browser; one that was refused is not, and does not say why.
      if (source.readyState === EventSource.CLOSED) void whyNot(place).then((error) => change({ error }));
    };
    source.addEventListener('call', ({ data }) => waiting.current.unshift(JSON.parse(data) as Logged));
    source.addEventListener('skipped', ({ data }) => change({ skipped: (JSON.parse(data) as { calls: number }).calls }));
    const beat = setInterval(() => {
      if (waiting.current.length === 0) return;
      const come = waiting.current.splice(0);
      setTail((before) => ({ ...before, calls: [...come, ...before.calls].slice(0, KEPT) }));
    }, BEAT);
    return () => {
      isOver = true;
      clearInterval(beat);
      source.close();
    };
  }, [asked, isOn, tries]);
  return { ...tail, retry: () => setTries((before) => before + 1) };
}

async function whyNot(place: string): Promise<unknown> {
  const stop = new AbortController();
  try {
    await ask(new Request(new URL(place, location.origin), { signal: stop.signal }));
    return null;
  } catch (refused) {
    return refused;
  } finally {
    stop.abort();
  }
}

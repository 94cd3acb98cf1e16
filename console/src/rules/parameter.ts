/** Names and values of parameters (crates/model: parameter; crates/control: definition). */
import { type Check, fault } from './fault';

export type Location = 'header' | 'query' | 'path' | 'body';

/** Headers that belong to one connection or frame one message: the gateway writes them itself. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function parameterName(location: Location): Check {
  return (value) => {
    if (new TextEncoder().encode(value).length > 128) return fault('longest', { max: 128 });
    if (location !== 'header') return hasControl(value) ? fault('controlSign') : null;
    if (!/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/.test(value)) return fault('headerName');
    return OF_THE_CONNECTION.has(value.toLowerCase()) ? fault('headerOwned', { name: value }) : null;
  };
}

export function parameterValue(location: Location): Check {
  return (value) => {
    if (new TextEncoder().encode(value).length > 4096) return fault('longest', { max: 4096 });
    return location === 'header' && hasControl(value) ? fault('controlSign') : null;
  };
}

/** What two parameters must not share: a place. Names of headers compare without case. */
export function place(location: Location, name: string): string {
  return `${location}:${location === 'header' ? name.toLowerCase() : name}`;
}

function hasControl(value: string): boolean {
  return [...value].some((sign) => sign < ' ' || sign === '\u007f');
}

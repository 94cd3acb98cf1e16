/** Nodes of an upstream and what their checks look for (crates/model: upstream). */
import { type Check, fault } from './fault';
import { origin } from './origin';

/** A DNS name or an IP address, without a port. */
export const nodeHost: Check = (raw) => {
  if (/[/?#@]/.test(raw)) return fault('nodeHost');
  if (raw.includes(':')) return /^\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\]?$/.test(raw) && raw.split(':').length > 2 ? null : fault('nodeHost');
  return origin(`http://${raw}`) ? fault('nodeHost') : null;
};

/** What a `Host` header says: a host, perhaps with a port. */
export const authority: Check = (raw) => (origin(`http://${raw}`) ? fault('authority') : null);

/** 1 to 100 statuses, set apart by commas. */
export const statusList: Check = (raw) => {
  const parts = raw.split(/[\s,，]+/).filter(Boolean);
  const isFine = parts.length > 0 && parts.length <= 100 && parts.every((part) => /^[1-5]\d\d$/.test(part));
  return isFine ? null : fault('statusList');
};

/** What an active check asks for. */
export const probePath: Check = (raw) => {
  if (!raw.startsWith('/')) return fault('probeStart');
  if (raw.length > 1024) return fault('longest', { max: 1024 });
  const sign = [...raw].find((one) => one <= ' ' || one > '~' || '"<>\\^`{|}#'.includes(one));
  return sign ? fault('pathSign', { sign }) : null;
};

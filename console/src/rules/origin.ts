/** Where a backend is: `http://host[:port]`, or `grpc://` where gRPC is spoken (crates/model: backend). */
import { type Check, fault } from './fault';

export const origin: Check = (raw) => {
  const found = /^(?:http|grpc)s?:\/\/(.*)$/.exec(raw);
  if (!found) return fault('originScheme');
  const authority = found[1]!;
  if (/[/?#]/.test(authority)) return fault('originPath');
  if (authority.includes('@')) return fault('originUser');
  const parts = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(.*))?$/.exec(authority);
  if (!parts) return fault('originHost');
  const [, host, port] = parts;
  if (!host!.startsWith('[')) {
    const labels = host!.split('.');
    const isName = host!.length <= 253 && labels.every((label) => /^[A-Za-z0-9_-]{1,63}$/.test(label));
    const isNumeric = labels.every((label) => /^\d+$/.test(label));
    const isAddress = labels.length === 4 && labels.every((label) => Number(label) <= 255);
    if (!isName || (isNumeric && !isAddress)) return fault('originHost');
  }
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    return fault('originPort', { port });
  }
  return null;
};

/** Paths of APIs and of backends, judged as the gateway judges them (crates/model: path, backend). */
import { type Check, type Fault, fault } from './fault';

const REGEX_SIGNS = /[*?[\]|\\()^]/;

/** The names of the variables in a path, in order, each once. */
export function variables(path: string): string[] {
  return [...new Set([...path.matchAll(/\{([^{}/]+)\}/g)].map((found) => found[1]!))];
}

/** How a frontend path matches: the word for the hint below the field. */
export function formOf(path: string): 'exact' | 'prefix' | 'regex' | 'template' | 'plain' | null {
  if (frontendPath(path)) return null;
  if (path.startsWith('=')) return 'exact';
  if (path.startsWith('^~')) return 'prefix';
  if (REGEX_SIGNS.test(path.replace(/\{[^{}]*\}/g, ''))) return 'regex';
  return path.includes('{') ? 'template' : 'plain';
}

export const frontendPath: Check = (raw) => {
  if (raw.length > 1024) return fault('longest', { max: 1024 });
  const mark = raw.startsWith('^~') ? '^~' : raw.startsWith('=') ? '=' : '';
  const path = raw.slice(mark.length);
  if (!path.startsWith('/')) return fault('pathStart');
  const bad = [...path].find((sign) => !/[A-Za-z0-9{}$\-_.+!*'(),/%~:@;=&?[\]|\\^]/.test(sign));
  if (bad) return fault('pathSign', { sign: bad });
  const found = braces(path);
  if (found) return found;
  const literal = path.replace(/\{[^{}]*\}/g, '');
  if (mark && (path.includes('{') || REGEX_SIGNS.test(literal))) return fault('pathMarked', { mark });
  return null;
};

function braces(path: string): Fault | null {
  const seen = new Set<string>();
  let rest = path;
  let before = '/';
  for (;;) {
    const open = rest.search(/[{}]/);
    if (open < 0) return null;
    if (rest[open] === '}') return fault('braceOpen');
    if (open === 0 && before === '}') return fault('variablesTouch');
    const close = rest.indexOf('}', open);
    if (close < 0) return fault('braceClose');
    const name = rest.slice(open + 1, close);
    if (!/^[\w.-]{1,64}$/.test(name)) return fault('variableName', { name });
    if (seen.has(name)) return fault('variableTwice', { name });
    seen.add(name);
    rest = rest.slice(close + 1);
    before = '}';
  }
}

export const backendPath: Check = (raw) => {
  if (raw.length > 1024) return fault('longest', { max: 1024 });
  const path = raw.replace(/^(\^~|=)/, '');
  if (!path.startsWith('/')) return fault('pathStart');
  const bad = [...path].find((sign) => !/[!-~]/.test(sign) || '"<>\\^`|#?'.includes(sign));
  if (bad) return fault('pathSign', { sign: bad });
  if (/^[^{]*\}|\{[^{}]*\{|\}[^{]*\}/.test(path)) return fault('braceOpen');
  if (/\{[^}]*$/.test(path)) return fault('braceClose');
  return path.includes('{}') ? fault('variableName', { name: '' }) : null;
};

/** A path of a custom domain that leads to an environment. */
export const mappingPath: Check = (raw) => (/^\/$|^(\/[\w.~-]+)+$/.test(raw) ? null : fault('mappingPath'));

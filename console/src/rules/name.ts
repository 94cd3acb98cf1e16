/** Names, as the console of the compatible service allows them. */
import { type Check, fault } from './fault';

/** At most 50 of `a-z A-Z 0-9 _`; `kept` is a name that a program gave and may stay as it is. */
export function name(kept?: string): Check {
  return (value) => {
    if (value === kept) return null;
    if (!/^\w*$/.test(value)) return fault('nameSigns');
    return value.length > 50 ? fault('longest', { max: 50 }) : null;
  };
}

/** An API's name: at most 60 signs, none of them a control character, no blank at either end. */
export function apiName(kept?: string): Check {
  return (value) => {
    if (value === kept) return null;
    if ([...value].length > 60) return fault('longest', { max: 60 });
    return value.trim() !== value ? fault('blankEnds') : null;
  };
}

export function longest(max: number): Check {
  return (value) => ([...value].length > max ? fault('longest', { max }) : null);
}

/** The public half of a key that its operator chooses. */
export const keyId: Check = (value) => {
  if (!/^[\w-]*$/.test(value)) return fault('keySigns');
  return value.length < 5 || value.length > 50 ? fault('length', { min: 5, max: 50 }) : null;
};

/** The secret half of such a key. */
export const keySecret: Check = (value) => {
  if (!/^[\w-]*$/.test(value)) return fault('keySigns');
  return value.length < 10 || value.length > 50 ? fault('length', { min: 10, max: 50 }) : null;
};

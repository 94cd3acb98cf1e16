/** The conditions that the address of a page says. */
import { useRef } from 'react';
import { useSearchParams } from 'react-router';

/** `change` begins from the address as it is when it is called, also where it was kept by a timer since another change. */
export function useAddress() {
  const [params, setParams] = useSearchParams();
  const latest = useRef(params);
  latest.current = params;
  const change = (said: Record<string, string | undefined>) => {
    const after = new URLSearchParams(latest.current);
    for (const [name, value] of Object.entries(said)) {
      if (value) after.set(name, value);
      else after.delete(name);
    }
    latest.current = after;
    setParams(after, { replace: true });
  };
  return { params, change };
}

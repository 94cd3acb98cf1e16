import { useEffect, useState } from 'react';

/** The text, once nobody has typed for a moment: what the gateway is asked with. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text.trim()), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

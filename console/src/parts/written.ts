/** A text that is written in a field, and asked for once one stops writing. */
import { useEffect, useRef, useState } from 'react';

/** Does something after a pause, unless something else is to be done meanwhile or the page is left. */
export function useLater() {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (act: () => void, pause: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(act, pause);
  };
}

/** `said` is what is asked for now; when it changes from elsewhere, so does what stands in the field. */
export function useWritten(said: string, ask: (text: string) => void, pause: number) {
  const [text, setText] = useState(said);
  const later = useLater();
  // A blank at the end is not asked for, and is not taken from whoever is about to go on writing.
  useEffect(() => setText((written) => (written.trim() === said ? written : said)), [said]);
  const write = (next: string, wait = pause) => {
    setText(next);
    later(() => ask(next.trim()), wait);
  };
  return { text, write };
}

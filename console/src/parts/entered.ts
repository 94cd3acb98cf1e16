/** Tells the dialog around a field that something was entered in it by other means than writing: a button, a file. It is guarded, too. */
import { createContext, useContext } from 'react';

export const Entered = createContext(() => {});

export function useEntered(): () => void {
  return useContext(Entered);
}

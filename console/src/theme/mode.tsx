/** Light or dark: as the system has it, unless the operator chose. */
import { useSyncExternalStore } from 'react';

export type Mode = 'system' | 'light' | 'dark';

const KEY = 'tollgate.mode';
const system = matchMedia('(prefers-color-scheme: dark)');
const watchers = new Set<() => void>();
let mode: Mode = read();

function read(): Mode {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function isDark(): boolean {
  return mode === 'dark' || (mode === 'system' && system.matches);
}

function apply() {
  document.documentElement.dataset.mode = isDark() ? 'dark' : 'light';
  for (const tell of watchers) tell();
}

system.addEventListener('change', apply);

export function setMode(next: Mode) {
  mode = next;
  if (next === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  apply();
}

function watch(tell: () => void) {
  watchers.add(tell);
  return () => void watchers.delete(tell);
}

export function useMode() {
  return { mode: useSyncExternalStore(watch, () => mode), isDark: useSyncExternalStore(watch, isDark) };
}

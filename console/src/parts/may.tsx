/** Shows what only some roles may do to those who may; the gateway refuses the others all the same. */
import type { ReactNode } from 'react';
import { type Role, useMay } from '@/api/session';

export function For({ role, children }: { role: Role; children: ReactNode }) {
  return useMay(role) ? children : null;
}

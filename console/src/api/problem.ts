/** What the gateway refuses, as it tells it (RFC 9457), and in the operator's words. */
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { reason } from './reasons';

/** A field that was refused: its path in the body (`backend.origin`), and why. */
export interface FieldProblem {
  field: string;
  detail: string;
}

export class Problem extends Error {
  constructor(
    /** 0 when nobody answered. */
    readonly status: number,
    /** The last part of the problem's type, such as `in-use`. */
    readonly kind: string,
    readonly detail: string,
    readonly fields: FieldProblem[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(detail || kind);
  }
}

interface Told {
  type?: string;
  title?: string;
  detail?: string;
  errors?: { pointer?: string; parameter?: string; message: string }[];
}

export async function problemOf(answer: Response): Promise<Problem> {
  const told = (await answer.json().catch(() => ({}))) as Told;
  const fields = (told.errors ?? []).map(({ pointer, parameter, message }) => ({
    field: (pointer ?? parameter ?? '').replace(/^\//, '').replaceAll('/', '.'),
    detail: reason(message),
  }));
  const kind = told.type?.split(':').pop() ?? '';
  const later = Number(answer.headers.get('retry-after'));
  return new Problem(answer.status, kind, reason(told.detail ?? told.title ?? ''), fields, later || null);
}

/** The problem in words, in the operator's language; what the gateway says about this case stands behind it. */
export function problemWords(error: unknown): string {
  const t = i18next.t;
  if (!(error instanceof Problem)) return String((error as Error)?.message ?? error);
  if (error.status === 0) return t('shell:error.network');
  const known = `problems:${error.kind.replaceAll('-', '_')}`;
  if (i18next.exists(known)) return t(known as 'problems:in_use', { detail: error.detail });
  return t('shell:error.unexpected', { detail: error.detail });
}

/** `problemWords`, told anew when the language changes. */
export function useProblemWords(): (error: unknown) => string {
  useTranslation();
  return problemWords;
}

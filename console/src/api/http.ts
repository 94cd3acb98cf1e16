/** How the console asks the gateway: its cookie goes along by itself, each change carries the session's token. */
import type { components } from './native';
import { Problem, problemOf } from './problem';

type Session = components['schemas']['CurrentSession'];

let session: Session | null = null;

/** Whose changes these are; the session's token, which each carries, is nothing that another site's page can know. */
export function carry(known: Session) {
  session = known;
}

let onExpired = () => {};

/** What is done when the gateway no longer knows the session. */
export function whenExpired(act: () => void) {
  onExpired = act;
}

/** `fetch` that throws a `Problem` for every refusal, and for silence. */
export async function ask(request: Request): Promise<Response> {
  if (request.method === 'GET') return sent(request);
  // A body is read once only, and may have to be sent once more.
  const spare = request.clone();
  try {
    return await sent(request);
  } catch (refused) {
    const isForged = refused instanceof Problem && refused.kind === 'csrf';
    if (!isForged || !(await isRenewed(request.url))) throw refused;
    return sent(spare);
  }
}

async function sent(request: Request): Promise<Response> {
  if (request.method !== 'GET' && session?.csrf_token) request.headers.set('X-CSRF-Token', session.csrf_token);
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch {
    throw new Problem(0, 'network', '');
  }
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (problem.kind === 'unauthenticated' && !request.url.endsWith('/session')) onExpired();
  throw problem;
}

/**
 * Whether the same operator has logged in anew in another tab: the cookie is that session's then, and so is the token
 * from now on. What was entered by one operator is never sent as another's.
 */
async function isRenewed(place: string): Promise<boolean> {
  const answer = await sent(new Request(new URL('/api/v1/session', place)));
  const now = (await answer.json()) as Session;
  if (now.operator.id !== session?.operator.id) return false;
  session = now;
  return true;
}

/** How the console asks the gateway: its cookie goes along by itself, each change carries the session's token. */
import { Problem, problemOf } from './problem';

let csrf = '';

/** The token that each change of this session carries; another site's page cannot know it. */
export function carry(token: string) {
  csrf = token;
}

let onExpired = () => {};

/** What is done when the gateway no longer knows the session. */
export function whenExpired(act: () => void) {
  onExpired = act;
}

/** `fetch` that throws a `Problem` for every refusal, and for silence. */
export async function ask(request: Request): Promise<Response> {
  if (request.method !== 'GET' && csrf) request.headers.set('X-CSRF-Token', csrf);
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

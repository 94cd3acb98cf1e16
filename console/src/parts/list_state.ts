/** Where a list stands, as the address says it. */
import { useSearchParams } from 'react-router';

/** The gateway marks pages and does not count them: `before` are the marks of the pages before this one, the first without any. */
export interface ListPlace {
  q: string;
  page: string;
  before: string[];
}

export interface ListState extends ListPlace {
  set: (change: Partial<Pick<ListPlace, 'q' | 'page'>>) => void;
  /** Goes on to the page with this mark. */
  turn: (page: string) => void;
  back: () => void;
}

/** How many pages one can go back: an address must not outgrow what a server reads. From further on one comes to the first. */
const KEPT = 50;

export function placeIn(params: URLSearchParams, prefix = ''): ListPlace {
  return {
    q: params.get(`${prefix}q`) ?? '',
    page: params.get(`${prefix}page`) ?? '',
    before: params.getAll(`${prefix}before`),
  };
}

/** What the address no longer says where a list without a prefix is narrowed by something else than a search. */
export const FIRST_PAGE = { page: undefined, before: undefined };

/** The address with another place of this list; another search, or another page, begins without pages before it. */
export function movedTo(params: URLSearchParams, change: Partial<ListPlace>, prefix = ''): URLSearchParams {
  const after = new URLSearchParams(params);
  const { q, page = '', before = [] } = change;
  if (q !== undefined) after.delete(`${prefix}q`);
  if (q) after.set(`${prefix}q`, q);
  after.delete(`${prefix}page`);
  if (page) after.set(`${prefix}page`, page);
  after.delete(`${prefix}before`);
  before.slice(-KEPT).forEach((mark) => after.append(`${prefix}before`, mark));
  return after;
}

/** The state of a list in the address; `prefix` tells two lists of one page apart. */
export function useListState(prefix = ''): ListState {
  const [params, setParams] = useSearchParams();
  const place = placeIn(params, prefix);
  const move = (change: Partial<ListPlace>, replace = false) => setParams((now) => movedTo(now, change, prefix), { replace });
  return {
    ...place,
    // What narrows a list is no step that one goes back by.
    set: (change) => move(change, true),
    turn: (page) => move({ page, before: [...place.before, place.page] }),
    back: () => move({ page: place.before.at(-1), before: place.before.slice(0, -1) }),
  };
}

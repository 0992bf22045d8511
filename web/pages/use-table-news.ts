// Brings new rows into an open table without moving what somebody reads: directly at the top, else once they are asked for.
import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { CommitRow } from "../../src/api/contract/commits.ts";
import { fetchCommits } from "../api.ts";
import type { HeldRows } from "../live.ts";
import { commitsQuery, FIRST_PAGE_COMMITS, repositoryQuery } from "../queries.ts";
import { arrivalOf, freshRows, newRows, rowsAbove } from "../table-news.ts";
import { askedOf, rowsOf, type TableView } from "../table-view.ts";

/** Scrolled by no more than this, in pixels, a table is at its top. */
const TOP_PX = 4;

/** New rows of a table. */
export interface TableNews {
  readonly held: RefObject<HeldRows | null>;
  /** the table's element that scrolls */
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** told by the table: whether a cell or commits are chosen */
  readonly setChosen: (isChosen: boolean) => void;
  /** new rows that wait to be asked for; `commits` is null where nobody knows how many */
  readonly waiting: { readonly commits: number | null } | null;
  /** brings them in, at the top of the table */
  readonly show: () => void;
}

interface Waiting {
  readonly rows: string;
  readonly version: number;
  readonly commits: number | null;
}

/**
 * Keeps the rows of a table as they are read.
 * @param repository as in the page's address
 */
export function useTableNews(repository: string, view: TableView): TableNews {
  const client = useQueryClient();
  const scroller = useRef<HTMLDivElement>(null);
  const chosen = useRef(false);
  const setChosen = useCallback((isChosen: boolean): void => {
    chosen.current = isChosen;
  }, []);
  const held = useRef<HeldRows>(null);
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const { queryKey } = commitsQuery(repository, view);
  const rows = rowsOf(view);
  const shown = () => client.getQueryData(queryKey)?.pages;
  const isOlder = (version: number): boolean => shown()?.some((page) => page.version < version) === true;
  const refresh = (): Promise<unknown> => {
    setWaiting(null);
    return client.invalidateQueries({ queryKey, exact: true }, { cancelRefetch: false });
  };

  /** The server has answered: what stands there is not out of date, or a mark says that it is. */
  const forgetFailure = (): void => {
    if (client.getQueryState(queryKey)?.status === "error") client.setQueryData(queryKey, (old) => old);
  };
  /** Takes in what moves nobody: rows of the version that was looked at. What is newer still is told of as well. */
  const replace = async (version: number): Promise<unknown> => {
    const pages = shown()?.length ?? 0;
    if (pages === 0 || client.isFetching({ queryKey, exact: true }) > 0) return refresh();
    const aside = { queryKey: ["aside", ...queryKey], pages, staleTime: 0, gcTime: 0 };
    const now = await client.fetchInfiniteQuery({ ...commitsQuery(repository, view), ...aside });
    if (now.pages.some((page) => page.version !== version)) return undefined;
    setWaiting(null);
    return client.setQueryData(queryKey, now);
  };
  /** Asks for the newest rows of the view, and says how many are new; where none is, all are taken in at once. */
  const look = async (newOf: typeof rowsAbove): Promise<unknown> => {
    const { sort: _sort, ...asked } = askedOf(view);
    const query = { ...asked, columns: asked.columns ?? [], limit: FIRST_PAGE_COMMITS, cursor: null };
    const first = await fetchCommits(repository, query);
    const commits = newOf(shown() ?? [], first);
    if (commits === 0) return replace(first.version);
    forgetFailure();
    return setWaiting({ rows, version: first.version, commits });
  };
  const bring = async (version: number): Promise<unknown> => {
    if (shown() !== undefined && !isOlder(version)) return forgetFailure();
    const isOpen = scroller.current?.querySelector(":popover-open") != null;
    const taken = chosen.current || isOpen || (scroller.current?.scrollTop ?? 0) > TOP_PX;
    const state = client.getQueryData(repositoryQuery(repository).queryKey)?.state;
    const arrival = shown() === undefined ? "directly" : arrivalOf({ view, state, taken });
    if (arrival === "directly") return refresh();
    if (arrival === "mark") forgetFailure();
    if (arrival === "mark") return setWaiting({ rows, version, commits: null });
    const isKnown = waiting !== null && waiting.rows === rows && waiting.version >= version;
    return isKnown ? undefined : look(arrival === "count" ? newRows : rowsAbove);
  };
  useEffect(() => {
    held.current = { queryKey, bring };
  });
  const isWaiting = waiting !== null && waiting.rows === rows && isOlder(waiting.version);
  return {
    held,
    scroller,
    setChosen,
    waiting: isWaiting ? waiting : null,
    show: () => {
      scroller.current?.scrollTo({ top: 0 });
      scroller.current?.focus({ preventScroll: true });
      void refresh();
    },
  };
}

const NONE: ReadonlySet<string> = new Set();

/**
 * @param rows of the table, in its order; null while they are another view's, or are still being imported
 * @param name changes when other rows are asked for
 * @returns the ids of those that came in last
 */
export function useFreshRows(rows: readonly CommitRow[] | null, name: string): ReadonlySet<string> {
  const [known, setKnown] = useState({ name, rows, fresh: NONE });
  if (rows !== null && (known.name !== name || known.rows !== rows)) {
    const isSame = known.name === name && known.rows !== null;
    const arrived = isSame ? freshRows(idsOf(known.rows ?? []), idsOf(rows)) : NONE;
    setKnown({ name, rows, fresh: isSame && arrived.size === 0 ? known.fresh : arrived });
  }
  return known.name === name ? known.fresh : NONE;
}

function idsOf(rows: readonly CommitRow[]): string[] {
  return rows.map(({ sha }) => sha);
}

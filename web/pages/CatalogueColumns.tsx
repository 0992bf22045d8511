// The catalogue of columns with a box to tick for each: searched by words or by a pattern, ranked, paged.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useState } from "react";
import type { CatalogueColumn } from "../../src/api/contract/columns.ts";
import { problemOf } from "../api.ts";
import { MAX_SHOWN_COLUMNS, withColumns } from "../column-choice.ts";
import { isPattern, matchesPattern, patternWords } from "../column-pattern.ts";
import { type CatalogueList, columnsQuery, manyColumnsQuery } from "../queries.ts";
import { count } from "../times.ts";
import { useSettled } from "../ui/use-settled.ts";
import { ColumnBoxes } from "./ColumnBoxes.tsx";

/** Pause in typing after which the catalogue is searched, in milliseconds. */
const TYPING_PAUSE_MS = 150;

/** What the catalogue is made of. */
export interface CatalogueColumnsProps {
  /** the repository as in the page's address */
  readonly repository: string;
  readonly shown: readonly string[];
  readonly choose: (columns: readonly string[]) => void;
}

/** What is found of the catalogue. */
interface Found {
  readonly columns: readonly CatalogueColumn[];
  readonly total: number;
  readonly known: boolean;
  readonly error: Error | null;
  /** loads more, where there is more */
  readonly more: (() => void) | null;
  /** loads all, or as many as a table can show */
  readonly all: () => Promise<readonly CatalogueColumn[]>;
}

const RANKS: readonly { readonly sort: CatalogueList["sort"]; readonly name: string; readonly title: string }[] = [
  { sort: "written", name: "File", title: "As they stand in their files" },
  { sort: "changes", name: "Changes", title: "Those of most changes first" },
  { sort: "name", name: "Name", title: "By path and name" },
];

function useFound(repository: string, list: CatalogueList): Found {
  const pattern = isPattern(list.search) ? list.search : null;
  const paged = useInfiniteQuery({ ...columnsQuery(repository, list), enabled: pattern === null });
  const many = useQuery({ ...manyColumnsQuery(repository, patternWords(list.search)), enabled: pattern !== null });
  if (pattern !== null) {
    const columns = many.data?.filter(matchesPattern(pattern)) ?? [];
    const all = () => Promise.resolve(columns);
    return { columns, total: columns.length, known: many.data !== undefined, error: many.error, more: null, all };
  }
  const all = async (): Promise<readonly CatalogueColumn[]> => {
    let loaded = { data: paged.data, hasNextPage: paged.hasNextPage };
    const columns = () => loaded.data?.pages.flatMap((page) => page.columns) ?? [];
    while (loaded.hasNextPage && columns().length < 2 * MAX_SHOWN_COLUMNS) loaded = await paged.fetchNextPage();
    return columns();
  };
  return {
    columns: paged.data?.pages.flatMap((page) => page.columns) ?? [],
    total: paged.data?.pages[0]?.total ?? 0,
    known: paged.data !== undefined,
    error: paged.error,
    more: paged.hasNextPage ? () => void paged.fetchNextPage() : null,
    all,
  };
}

/** Draws the catalogue. */
export function CatalogueColumns({ repository, shown, choose }: CatalogueColumnsProps): ReactNode {
  const [search, setSearch] = useState("");
  const [sort, setSort] = useState<CatalogueList["sort"]>("written");
  const [changed, setChanged] = useState(false);
  const asked = useSettled(search.trim(), TYPING_PAUSE_MS);
  const { columns: found, total, known, error, more, all } = useFound(repository, { search: asked, sort, changed });
  const hidden = found.filter(({ id }) => !shown.includes(id));
  const full = shown.length >= MAX_SHOWN_COLUMNS;
  const showAll = async (): Promise<void> => {
    const ids = (await all()).map(({ id }) => id);
    choose(withColumns(shown, ids));
  };
  return (
    <>
      {/* the panel was opened to search */}
      <input
        type="search"
        aria-label="Search columns"
        placeholder="Words, or a pattern: benchmarks[*].mean"
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <div className="column-tools">
        <div className="segments" role="group" aria-label="Order">
          {RANKS.map((rank) => (
            <button
              key={rank.sort}
              type="button"
              title={rank.title}
              aria-pressed={sort === rank.sort}
              onClick={() => setSort(rank.sort)}
            >
              {rank.name}
            </button>
          ))}
        </div>
        <label className="check">
          <input type="checkbox" checked={changed} onChange={() => setChanged(!changed)} />
          Only those that changed
        </label>
      </div>
      <div className="column-tools">
        <span className="dim" role="status">
          {count(total, "column")}
          {asked === "" ? "" : " found"}
          {full ? `; a table shows ${MAX_SHOWN_COLUMNS} at most` : ""}
        </span>
        <span className="grow" />
        {(asked === "" && !changed) || (hidden.length === 0 && more === null) || full ? null : (
          <button type="button" className="link" onClick={() => void showAll()}>
            Show {more !== null ? `all ${total}` : hidden.length === 1 ? "it" : `all ${hidden.length}`}
          </button>
        )}
      </div>
      <ColumnBoxes columns={found} shown={shown} full={full} byFile={sort !== "changes"} choose={choose} />
      {error === null ? null : <p className="worse">{problemOf(error).detail}</p>}
      {known && found.length === 0 ? <p className="dim">No column's name holds all of that.</p> : null}
      {more === null ? null : <MoreColumns load={more} />}
    </>
  );
}

/** Loads more as soon as it comes into view. */
function MoreColumns({ load }: { load: () => void }): ReactNode {
  const watch = useCallback(
    (element: HTMLButtonElement | null) => {
      if (element === null) return undefined;
      const observer = new IntersectionObserver((entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) load();
      });
      observer.observe(element);
      return () => observer.disconnect();
    },
    [load],
  );
  return (
    <button type="button" className="link" ref={watch} onClick={load}>
      More columns
    </button>
  );
}

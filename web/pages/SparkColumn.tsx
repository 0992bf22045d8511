// The choice of the column that a repository's small chart shows: a field to search, a list to pick from.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import type { CatalogueColumn } from "../../src/api/contract/columns.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { problemOf } from "../api.ts";
import { columnsQuery, repositoriesQuery, repositoryQuery } from "../queries.ts";
import { patchRepository } from "../settings-api.ts";
import { Popover } from "../ui/Popover.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useSettled } from "../ui/use-settled.ts";

/** Pause in typing after which the catalogue is searched, in milliseconds. */
const TYPING_PAUSE_MS = 150;

/** What the choice is made of. */
export interface SparkColumnProps {
  readonly repository: Repository;
  /** what the button shows */
  readonly children: ReactNode;
}

/** Draws the button; what is picked is saved at once. */
export function SparkColumn({ repository, children }: SparkColumnProps): ReactNode {
  const client = useQueryClient();
  const { name } = repository;
  const { mutate, error } = useMutation({
    mutationFn: (column: string | null) => patchRepository(name, { sparkColumn: column }),
    onSuccess: (changed) => {
      client.setQueryData(repositoryQuery(name).queryKey, changed);
      client.setQueryData(repositoriesQuery.queryKey, (old) =>
        old?.map((each) => (each.id === changed.id ? changed : each)),
      );
    },
  });
  return (
    <>
      <Popover
        label={`Choose the column of the chart of ${escapeControls(name)}`}
        className="spark-column"
        panelClassName="panel"
        title="Choose another column"
        button={children}
      >
        {(close) => (
          <ColumnList
            repository={name}
            chosen={repository.sparkColumn}
            choose={(column) => {
              close();
              mutate(column);
            }}
          />
        )}
      </Popover>
      {error === null ? null : (
        <span className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </span>
      )}
    </>
  );
}

interface ColumnListProps {
  readonly repository: string;
  readonly chosen: string | null;
  readonly choose: (column: string | null) => void;
}

/** What can be drawn has numbers. */
function isDrawable({ kind }: CatalogueColumn): boolean {
  return kind === "number" || kind === "mixed";
}

function ColumnList({ repository, chosen, choose }: ColumnListProps): ReactNode {
  const id = useId();
  const [search, setSearch] = useState("");
  const list = { search: useSettled(search.trim(), TYPING_PAUSE_MS), sort: "changes", changed: false } as const;
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery(columnsQuery(repository, list));
  const found = data?.pages.flatMap(({ columns }) => columns.filter(isDrawable)) ?? [];
  // first of all: no choice
  const options: readonly (CatalogueColumn | null)[] = search.trim() === "" ? [null, ...found] : found;
  const [at, setAt] = useState<number | null>(null);
  const now = options.findIndex((column) => (column?.id ?? null) === chosen);
  const active = Math.min(at ?? Math.max(0, now), options.length - 1);
  const keyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const option = options[active];
    if (step !== undefined) {
      const next = Math.max(0, Math.min(options.length - 1, active + step));
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && option !== undefined) choose(option?.id ?? null);
    else return;
    event.preventDefault();
  };
  return (
    <div className="branches">
      {/* the panel was opened to search */}
      <input
        type="search"
        role="combobox"
        aria-label="Search columns"
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={active < 0 ? undefined : `${id}-${active}`}
        placeholder="Search columns"
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setAt(0);
        }}
        onKeyDown={keyDown}
      />
      <div role="listbox" id={id} aria-label="Columns">
        {options.map((column, index) => (
          <ColumnOption
            key={column?.id ?? ""}
            id={`${id}-${index}`}
            column={column}
            active={index === active}
            selected={(column?.id ?? null) === chosen}
            pick={() => choose(column?.id ?? null)}
          />
        ))}
      </div>
      {error === null ? null : <p className="worse">{problemOf(error).detail}</p>}
      {data !== undefined && options.length === 0 ? <p className="dim">No column of numbers has that name.</p> : null}
      {hasNextPage ? (
        <button type="button" className="link" onClick={() => void fetchNextPage()}>
          More columns
        </button>
      ) : null}
    </div>
  );
}

interface ColumnOptionProps {
  readonly id: string;
  /** null: no choice */
  readonly column: CatalogueColumn | null;
  readonly active: boolean;
  readonly selected: boolean;
  readonly pick: () => void;
}

function ColumnOption({ id, column, active, selected, pick }: ColumnOptionProps): ReactNode {
  return (
    // the field of the combobox takes the keys
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      className={active ? "option active" : "option"}
      onClick={pick}
    >
      {column === null ? (
        <span className="option-name">Let Tidemark choose</span>
      ) : (
        <>
          <span className="option-name">
            <Untrusted text={column.alias ?? column.key} />
          </span>
          <span className="dim">
            <Untrusted text={column.path} />
          </span>
        </>
      )}
    </div>
  );
}

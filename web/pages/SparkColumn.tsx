// The choice of the column that a repository's small chart shows: a field to search, a list to pick from.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { CatalogueColumn } from "../../src/api/contract/columns.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { problemOf } from "../api.ts";
import { columnsQuery, repositoriesQuery, repositoryQuery } from "../queries.ts";
import { patchRepository } from "../settings-api.ts";
import { Popover } from "../ui/Popover.tsx";
import { SearchList } from "../ui/SearchList.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useSettled } from "../ui/use-settled.ts";
import { useNextPage } from "../use-next-page.ts";

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
  const [search, setSearch] = useState("");
  const list = { search: useSettled(search.trim(), TYPING_PAUSE_MS), sort: "changes", changed: false } as const;
  const listed = useInfiniteQuery(columnsQuery(repository, list));
  const more = useNextPage(listed);
  const { data, error } = listed;
  const found = data?.pages.flatMap(({ columns }) => columns.filter(isDrawable)) ?? [];
  // first of all: no choice
  const options: readonly (CatalogueColumn | null)[] = search.trim() === "" ? [null, ...found] : found;
  return (
    <div className="branches">
      <SearchList
        things="columns"
        search={search}
        setSearch={setSearch}
        options={options}
        keyOf={(column) => column?.id ?? ""}
        isChosen={(column) => (column?.id ?? null) === chosen}
        pick={(column) => choose(column?.id ?? null)}
      >
        {(column) =>
          column === null ? (
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
          )
        }
      </SearchList>
      {error === null ? null : <p className="worse">{problemOf(error).detail}</p>}
      {data !== undefined && options.length === 0 ? <p className="dim">No column of numbers has that name.</p> : null}
      {more.hasMore ? (
        <button type="button" className="link" onClick={more.load}>
          More columns
        </button>
      ) : null}
    </div>
  );
}

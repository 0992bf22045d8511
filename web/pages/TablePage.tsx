// The table with what stands around it: the bar above, the headline, the footer.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { CommitPage } from "../../src/api/contract/commits.ts";
import type { Problem } from "../../src/api/contract/contract.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { placeColumn } from "../column-choice.ts";
import type { GridCursor } from "../grid-cursor.ts";
import { isFiltered, rowsOf, type TableView } from "../table-view.ts";
import { sparksQuery } from "../queries.ts";
import { shownColumns } from "../shown-columns.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { isPlain, viewWords } from "../view-words.ts";
import { CommitTable } from "./CommitTable.tsx";
import type { MoreRows } from "./CommitTableEnd.tsx";
import { Headline } from "./Headline.tsx";
import { NewRows } from "./NewRows.tsx";
import { EmptyTable, PartStrip, TableStrips } from "./table-notes.tsx";
import { TableBar } from "./TableBar.tsx";
import { TableFooter } from "./TableFooter.tsx";
import { useTableKeys } from "./use-table-keys.ts";
import { type TableNews, useFreshRows } from "./use-table-news.ts";
import { useTableView } from "./use-table-view.ts";

/** What the table's page is made of. */
export interface TablePageProps {
  readonly repository: Repository;
  /** as in the page's address */
  readonly name: string;
  readonly view: TableView;
  readonly pages: readonly CommitPage[];
  /** lines above the table: progress, problems */
  readonly strips: ReactNode;
  readonly more: MoreRows;
  /** rows of the view before are shown until those of this one have come */
  readonly replacing: boolean;
  /** why the address cannot be answered: its filter, say; the rows are those of the view before */
  readonly refused: Problem | null;
  readonly news: TableNews;
}

/** Whether all there is of a repository has been read, as far as it can be. */
function isRead({ state }: Repository): boolean {
  return state === "ready" || state === "failed";
}

/** No commit of the branch has values: there is nothing to draw beside its commits. */
function NoColumns({ branch }: { branch: string | null }): ReactNode {
  return (
    <div className="strip" role="status">
      <span className="dot busy" />
      <span>
        No commit of {branch === null ? "this branch" : <Untrusted text={branch} />} has values. Other branches have:
        choose one above.
      </span>
    </div>
  );
}

/** Draws the page. */
export function TablePage(props: TablePageProps): ReactNode {
  const { repository, name, view, pages, more, replacing, news } = props;
  const [cursor, setCursor] = useState<GridCursor | null>(null);
  const filterField = useRef<HTMLInputElement>(null);
  const first = pages[0] as CommitPage;
  const rows = useMemo(() => pages.flatMap((page) => page.commits), [pages]);
  const authors = useMemo(() => [...new Set(rows.map(({ author }) => author.name))], [rows]);
  const actions = useTableView(name);
  const columns = useMemo(() => shownColumns(first.columns, view.columns), [first.columns, view.columns]);
  const isChosen = cursor !== null || view.selected !== undefined;
  const { setChosen } = news;
  useEffect(() => setChosen(isChosen), [setChosen, isChosen]);
  const isSettled = !replacing && props.refused === null && first.coverage.importedTo === null;
  // rows that come from the archive are not new, wherever they stand
  const fresh = useFreshRows(isSettled ? rows : null, `${rowsOf(view)}${more.part ?? ""}`);
  const showNews = (): void => {
    setCursor((at) => at && { row: 0, column: at.column });
    news.show();
  };
  const keys = useTableKeys({ name, view, columns, rows, actions, filterField, showNews: news.waiting && showNews });
  const heads = columns.map(({ head }) => head);
  const shown = heads.map(({ id }) => id);
  const branch = view.branch ?? first.branch;
  const sparks = useQuery(
    sparksQuery(
      name,
      branch,
      first.columns.map(({ id }) => id),
    ),
  );
  // not by the query's `select`: a map is another one each time, and a page that is drawn for each has no end
  const sparkValues = useMemo(
    () => new Map(sparks.data?.lines.map(({ column, points }) => [column.id, points.map(([, , value]) => value)])),
    [sparks.data],
  );
  const keyOf = (id: string): string => heads.find((head) => head.id === id)?.key ?? id;
  const narrowed = isFiltered(view);
  return (
    <div className="table-page">
      <TableBar
        repository={repository}
        name={name}
        view={view}
        actions={actions}
        branch={first.branch}
        heads={heads}
        authors={authors}
        wrongFilter={props.refused?.code === "bad-filter"}
        filterField={filterField}
        copy={keys.copy}
        compare={keys.compare}
      />
      {props.strips}
      <TableStrips view={view} refused={props.refused} actions={actions} field={filterField} />
      {replacing ? null : <PartStrip more={more} />}
      {shown.length > 0 || narrowed || replacing || props.refused !== null || !isRead(repository) ? null : (
        <NoColumns branch={branch} />
      )}
      {props.refused !== null ? (
        <p className="headline">{rows.length === 0 ? "" : "These are the commits of the view before."}</p>
      ) : isPlain(view) ? (
        <Headline name={name} view={view} page={first} />
      ) : (
        <p className="headline">
          <Untrusted text={`${viewWords(view, replacing ? null : first.total, keyOf)}.`} />
        </p>
      )}
      <NewRows waiting={news.waiting} arrived={fresh.size} show={showNews} />
      <CommitTable
        scroller={news.scroller}
        fresh={fresh}
        name={name}
        label={branch === null || view.view === "all" ? "Commits" : `Commits of ${escapeControls(branch)}`}
        columns={columns}
        sample={first.commits}
        rows={rows}
        rowsName={rowsOf(view)}
        more={more}
        replacing={replacing || (props.refused !== null && rows.length > 0)}
        importing={first.coverage.importedTo !== null}
        cursor={cursor}
        moveTo={setCursor}
        view={view}
        sparks={sparkValues}
        actions={actions}
        act={keys.act}
        place={({ id, before }) => actions.chooseColumns(placeColumn(shown, id, before))}
        empty={replacing || more.loading ? null : <EmptyTable view={view} refused={props.refused} actions={actions} />}
      />
      <TableFooter
        name={name}
        repository={repository}
        branch={branch}
        columns={columns}
        rows={rows}
        complete={first.coverage.importedTo === null}
        cursor={cursor}
        view={view}
        actions={actions}
        total={first.total}
        refused={props.refused !== null}
        said={keys.said}
      />
    </div>
  );
}

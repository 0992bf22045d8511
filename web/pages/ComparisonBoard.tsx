// A comparison with what stands around it: the bar above, what became of it all in a line, the table.
import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode, useMemo } from "react";
import type { Comparison } from "../../src/api/contract/compare.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { SHORT_SHA } from "../cell.ts";
import type { CompareView } from "../compare-view.ts";
import { comparisonMarkdown } from "../comparison-markdown.ts";
import { commitsApart, type ComparedFile, comparedCounts, comparedFiles } from "../comparison-rows.ts";
import { seriesQuery } from "../history-queries.ts";
import { fittingColumns } from "../search-part.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { type NextPage } from "../use-next-page.ts";
import { CompareBar, isOwnId } from "./CompareBar.tsx";
import { ComparisonTable } from "./ComparisonTable.tsx";
import { CountWords } from "./CountWords.tsx";
import { NoticeStrips } from "./importing.tsx";
import { useCompareView } from "./use-compare-view.ts";

/** What the board is made of. */
export interface ComparisonBoardProps {
  readonly repository: Repository;
  readonly name: string;
  readonly view: CompareView;
  readonly pages: readonly Comparison[];
  /** another answer is on its way */
  readonly busy: boolean;
  readonly strips: ReactNode;
  readonly more: NextPage;
}

/** Rows that have a little chart of what lies between two commits, and its points. */
const SPARKS = 60;
const SPARK_POINTS = 60;

/** Values between two commits of one line, by column. */
function useBetween(name: string, { commits }: Comparison, files: readonly ComparedFile[]) {
  const apart = commitsApart(commits);
  const [older, newer] = commits.toSorted((a, b) => a.ordinal - b.ordinal);
  const lines = files.flatMap((file) => file.lines).filter(({ column }) => column.kind === "number");
  const columns =
    apart === null || apart < 2 ? [] : fittingColumns(lines.slice(0, SPARKS).map(({ column }) => column.id));
  const branch = newer?.branches[0];
  const query = { columns, branch: branch === undefined ? [] : [branch], points: SPARK_POINTS };
  const ends = older === undefined || newer === undefined ? {} : { from: older.sha, to: newer.sha };
  const { data } = useQuery(seriesQuery(name, { ...query, ...ends }));
  return useMemo(
    () =>
      columns.length === 0
        ? null
        : new Map(data?.lines.map(({ column, points }) => [column.id, points.map(([, , value]) => value)])),
    [data, columns.length],
  );
}

/** Draws it. */
export function ComparisonBoard(props: ComparisonBoardProps): ReactNode {
  const { repository, name, view, pages, busy, more } = props;
  const actions = useCompareView(name);
  const first = pages[0] as Comparison;
  const files = useMemo(() => comparedFiles(pages), [pages]);
  const between = useBetween(name, first, files);
  const names = first.commits.map(({ sha }, place) => {
    const called = view.commits[place] ?? "";
    return isOwnId(called, sha) ? "" : called;
  });
  const differing = view.all === true ? first.total - first.same : first.total;
  return (
    <>
      <CompareBar
        repository={repository}
        name={name}
        view={view}
        commits={first.commits}
        baseline={first.baseline}
        differing={busy ? null : differing}
        all={busy ? null : differing + first.same}
        markdown={() => comparisonMarkdown(files, first, names)}
        actions={actions}
      />
      {props.strips}
      <NoticeStrips repository={repository} />
      <article className="compare-page" aria-busy={busy}>
        <h1>{title(first)}</h1>
        <p className="dim">
          <Counts comparison={first} files={files} whole={!more.hasMore} />
        </p>
        <Unreadable comparison={first} />
        {files.length === 0 ? (
          <Nothing comparison={first} view={view} showAll={() => actions.showAll(true)} />
        ) : (
          <ComparisonTable name={name} comparison={first} names={names} files={files} between={between} />
        )}
        {more.hasMore ? (
          <button type="button" disabled={more.loading} onClick={more.load}>
            More columns
          </button>
        ) : null}
      </article>
    </>
  );
}

function title({ commits }: Comparison): string {
  const apart = commitsApart(commits);
  if (apart === 0) return "The same commit twice";
  return apart === null ? count(commits.length, "commit") : `${count(apart, "commit")} apart`;
}

/** How many columns went which way, from the baseline to the one other commit, or over all of several. */
function Counts({
  comparison,
  files,
  whole,
}: {
  comparison: Comparison;
  files: readonly ComparedFile[];
  whole: boolean;
}): ReactNode {
  const { commits, baseline } = comparison;
  const others = commits.flatMap(({ sha }, place) =>
    place === baseline ? [] : [{ sha, place, counts: comparedCounts(files, place) }],
  );
  return (
    <>
      <span>
        Against <code>{commits[baseline]?.sha.slice(0, SHORT_SHA)}</code>
        {whole ? "" : ", in the columns loaded"}:
      </span>
      {others.map(({ sha, place, counts }) => (
        <span key={`${sha} ${place}`} className="counts">
          {others.length === 1 ? null : <code>{sha.slice(0, SHORT_SHA)}</code>} <CountWords counts={counts} />
        </span>
      ))}
    </>
  );
}

/** Files whose values are unknown, not gone. */
function Unreadable({ comparison: { unreadable, commits } }: { comparison: Comparison }): ReactNode {
  const together = Map.groupBy(unreadable, ({ commit, reason }) => `${commit} ${reason}`);
  return unreadable.length === 0 ? null : (
    <ul className="note bad plain">
      {[...together].map(([key, files]) => (
        <li key={key}>
          {files.map(({ path }, index) => (
            <Fragment key={path}>
              {index === 0 ? "" : ", "}
              <code>
                <Untrusted text={path} />
              </code>
            </Fragment>
          ))}{" "}
          could not be read at <code>{commits[files[0]?.commit ?? 0]?.sha.slice(0, SHORT_SHA)}</code> (
          {files[0]?.reason}
          ): values there are unknown, not gone.
        </li>
      ))}
    </ul>
  );
}

/** No row is left: why, and what there is instead. */
function Nothing({
  comparison: { same },
  view,
  showAll,
}: {
  comparison: Comparison;
  view: CompareView;
  showAll: () => void;
}): ReactNode {
  const found = view.search === undefined ? "" : " of those that match the search";
  return (
    <div className="note">
      {same === 0 ? (
        view.search === undefined ? (
          "None of these commits has a metric file that can be read."
        ) : (
          "No column's name holds all of that."
        )
      ) : (
        <>
          Nothing differs: {count(same, "column")}
          {found} {same === 1 ? "is" : "are"} the same.{" "}
          <button type="button" className="link underlined" onClick={showAll}>
            Show {same === 1 ? "it" : "them"}
          </button>
        </>
      )}
    </div>
  );
}

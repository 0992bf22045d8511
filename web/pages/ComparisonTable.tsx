// The table of a comparison: two commits with their change in columns of its own, more of them with it in each cell.
import type { ReactNode } from "react";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import type { Comparison } from "../../src/api/contract/compare.ts";
import { SHORT_SHA } from "../cell.ts";
import type { ComparedCell, ComparedFile, ComparedLine } from "../comparison-rows.ts";
import { columnPage, commitPage } from "../paths.ts";
import { shownUnit } from "../table-layout.ts";
import { ago } from "../times.ts";
import { Spark } from "../ui/Spark.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { GoalMark } from "./GoalMark.tsx";
import { NoBranch } from "./NoBranch.tsx";
import { PageLink } from "./PageLink.tsx";
import { UnitMark } from "./UnitMark.tsx";

/** Values between two commits by column, oldest first. */
type Between = ReadonlyMap<string, readonly (number | null)[]>;

/** What the table is made of. */
export interface ComparisonTableProps {
  readonly name: string;
  readonly comparison: Comparison;
  /** branches and tags that name the commits; "" for none */
  readonly names: readonly string[];
  readonly files: readonly ComparedFile[];
  /** null where nothing lies between them */
  readonly between: Between | null;
}

const SPARK_WIDTH = 150;
const SPARK_HEIGHT = 24;

/** Draws the table. */
export function ComparisonTable(props: ComparisonTableProps): ReactNode {
  const { comparison, files, between } = props;
  const pair = comparison.commits.length === 2;
  const width = 1 + comparison.commits.length + (pair ? (between === null ? 2 : 3) : 0);
  const table = (
    <table className={pair ? "compared pair" : "compared several"}>
      <Heads {...props} pair={pair} />
      {files.map(({ path, lines }) => (
        <tbody key={path}>
          <tr className="path">
            <th scope="rowgroup" colSpan={width}>
              <Untrusted text={path} />
            </th>
          </tr>
          {lines.map((line) => (
            <Row key={line.column.id} {...props} line={line} pair={pair} />
          ))}
        </tbody>
      ))}
    </table>
  );
  return pair ? (
    table
  ) : (
    // a part that scrolls is reached by keyboard
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="scroller" tabIndex={0} role="group" aria-label="Values of the commits">
      {table}
    </div>
  );
}

function Heads({ name, comparison, names, between, pair }: ComparisonTableProps & { pair: boolean }): ReactNode {
  const { commits, baseline } = comparison;
  const now = useNow();
  return (
    <thead>
      <tr>
        <th scope="col">Column</th>
        {commits.map(({ sha, committedAt, unreachableSince }, place) => (
          <th key={`${sha} ${place}`} scope="col" className="number">
            <PageLink href={commitPage(name, sha)}>
              <code>{sha.slice(0, SHORT_SHA)}</code>
            </PageLink>{" "}
            <span className="when">{ago(committedAt, now)}</span>
            <span className="called">
              {names[place] === "" ? null : <Untrusted text={names[place] ?? ""} />}
              {place === baseline ? " baseline" : ""}
            </span>
            {unreachableSince === undefined ? null : <NoBranch since={unreachableSince} />}
          </th>
        ))}
        {pair ? (
          <>
            <th scope="col" className="number">
              Change
            </th>
            <th scope="col" className="number">
              Relative
            </th>
            {between === null ? null : (
              <th scope="col" className="number between">
                Between
              </th>
            )}
          </>
        ) : null}
      </tr>
    </thead>
  );
}

function Row({
  name,
  comparison: { baseline },
  line: { column, cells },
  between,
  pair,
}: ComparisonTableProps & { line: ComparedLine; pair: boolean }): ReactNode {
  const other = cells[1 - baseline];
  return (
    <tr>
      <Name name={name} column={column} />
      {cells.map((cell, place) => (
        // commits never change their order within a comparison
        // oxlint-disable-next-line react/no-array-index-key
        <Value key={place} cell={cell} quiet={pair && place === baseline} pair={pair} />
      ))}
      {pair ? (
        <>
          <Change direction={other?.direction} text={other?.change ?? ""} />
          <Change direction={other?.direction} text={other?.relative ?? ""} />
          {between === null ? null : (
            <td className="between">
              <Spark values={between.get(column.id) ?? []} goal={null} width={SPARK_WIDTH} height={SPARK_HEIGHT} />
            </td>
          )}
        </>
      ) : null}
    </tr>
  );
}

function Name({ name, column }: { name: string; column: ColumnHead }): ReactNode {
  const unit = shownUnit(column);
  const { goal } = column;
  return (
    <th scope="row">
      <PageLink href={columnPage(name, { columns: [column.id] })} className="name">
        <Untrusted text={column.alias ?? column.key} />
      </PageLink>
      <UnitMark unit={unit} />
      <GoalMark goal={goal} />
    </th>
  );
}

const judged = (direction: ComparedCell["direction"] | undefined): string =>
  direction === "better" || direction === "worse" ? direction : "";

function Value({ cell, quiet, pair }: { cell: ComparedCell; quiet: boolean; pair: boolean }): ReactNode {
  const changed = [cell.change, cell.relative].filter((part) => part !== "").join(" · ");
  const classes = ["number", quiet ? "dim" : "", cell.best ? "best" : ""].filter((part) => part !== "");
  return (
    <td className={classes.join(" ")} title={cell.exact}>
      <bdi className="value">{cell.text === "" ? "–" : cell.text}</bdi>
      {cell.best ? <span className="unseen"> best</span> : null}
      {pair ? null : (
        <span className={`change ${judged(cell.direction) || "dim"}`}>
          <bdi>{changed}</bdi>
          {judged(cell.direction) === "" ? null : <span className="unseen"> {cell.direction}</span>}
        </span>
      )}
    </td>
  );
}

function Change({ direction, text }: { direction: ComparedCell["direction"] | undefined; text: string }): ReactNode {
  return (
    <td className={`number change ${judged(direction)}`}>
      <bdi>{text}</bdi>
      {judged(direction) === "" || text === "" ? null : <span className="unseen"> {direction}</span>}
    </td>
  );
}

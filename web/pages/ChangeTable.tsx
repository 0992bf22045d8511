// A list of commits that changed a column, with what they made of it.
import { type ReactNode, useId } from "react";
import type { Direction } from "../../src/domain/compare.ts";
import { SHORT_SHA } from "../cell.ts";
import { commitPage } from "../paths.ts";
import { dayOf } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";

/** One change in the words of the page. */
export interface ToldChange {
  readonly key: string;
  readonly sha: string;
  /** when it was committed: ISO 8601 */
  readonly at: string;
  /** null until it is known */
  readonly subject: string | null;
  readonly value: string;
  readonly change: string;
  readonly direction: Direction;
  /** the lines it is of, where there are several; the branch of a commit that stands on no line of the chart */
  readonly line: string | null;
  /** how much it is of the column's range, where changes of several columns stand below each other */
  readonly part?: string;
  /** the change is one of several commits: how many, and a closer look at them */
  readonly within: { readonly words: string; readonly look: () => void } | null;
}

/** What the list is made of. */
export interface ChangeTableProps {
  readonly title: string;
  /** which commits it is about */
  readonly scope: string;
  readonly name: string;
  readonly changes: readonly ToldChange[];
  readonly waiting: boolean;
  /** what stands below it */
  readonly children: ReactNode;
}

/** Draws the list. */
export function ChangeTable({ title, scope, name, changes, waiting, children }: ChangeTableProps): ReactNode {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {title}{" "}
        <span className="scope">
          <Untrusted text={scope} />
        </span>
      </h2>
      {waiting ? (
        <div className="skeleton" role="status" aria-label={`Loading: ${title}`}>
          {[72, 60, 66].map((width) => (
            <p key={width}>
              <span className="bone" style={{ width: `${width}%` }} />
            </p>
          ))}
        </div>
      ) : null}
      {changes.length === 0 ? null : (
        <table className="changes">
          <thead>
            <tr>
              <th scope="col">Commit</th>
              <th scope="col" className="number">
                Value
              </th>
              <th scope="col" className="number">
                Change
              </th>
            </tr>
          </thead>
          <tbody>
            {changes.map((each) => (
              <ChangeRow key={each.key} name={name} change={each} />
            ))}
          </tbody>
        </table>
      )}
      <div className="dim">{children}</div>
    </section>
  );
}

function ChangeRow({ name, change }: { name: string; change: ToldChange }): ReactNode {
  const judged = change.direction === "better" || change.direction === "worse";
  return (
    <tr>
      <th scope="row">
        <PageLink href={commitPage(name, change.sha)}>
          <code>{change.sha.slice(0, SHORT_SHA)}</code>
        </PageLink>{" "}
        <span className="dim">{dayOf(change.at)}</span> {change.line === null ? null : <Untrusted text={change.line} />}{" "}
        {change.within === null ? null : (
          <button type="button" className="link" onClick={change.within.look}>
            {change.within.words}
          </button>
        )}
        <span className="subject">{change.subject === null ? " " : <Untrusted text={change.subject} />}</span>
      </th>
      <td className="number">{change.value}</td>
      <td className={judged ? `number ${change.direction}` : "number dim"}>
        {change.change}
        {judged ? <span className="unseen"> {change.direction}</span> : null}
        {change.part === undefined ? null : <span className="part dim">{change.part}</span>}
      </td>
    </tr>
  );
}

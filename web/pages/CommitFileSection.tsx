// One metric file of a commit: where to get it, what was odd about it, its values beside the baseline's.
import { type ReactNode, useId, useState } from "react";
import type { Baseline } from "../../src/api/contract/commits.ts";
import { baselineSha } from "../cell.ts";
import { type CommitFile, type CommitValue, filterValues } from "../commit-values.ts";
import { api, columnPage } from "../paths.ts";
import { shownUnit } from "../table-layout.ts";
import { size } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { ShaLink } from "./CommitFacts.tsx";
import { GoalMark } from "./GoalMark.tsx";
import { PageLink } from "./PageLink.tsx";
import { WarningList } from "./WarningList.tsx";
import { UnitMark } from "./UnitMark.tsx";

/** Values that are drawn at first, and more at each wish: a file may have 50,000. */
const SHOWN_STEP = 500;

/** What the section is made of. */
export interface CommitFileSectionProps {
  /** the repository as in the page's address */
  readonly repository: string;
  readonly sha: string;
  /** its first parent; null for a root */
  readonly parent: string | null;
  readonly baseline: Baseline | null;
  readonly file: CommitFile;
  readonly search: string;
  readonly onlyChanged: boolean;
}

/** Draws the section; nothing when the search finds nothing in it. */
export function CommitFileSection(props: CommitFileSectionProps): ReactNode {
  const { search, onlyChanged } = props;
  const [limit, setLimit] = useState(SHOWN_STEP);
  const id = useId();
  const { path, facts, values } = props.file;
  const found = filterValues(values, search, onlyChanged);
  const isNews = facts === null || facts.problem !== null;
  if (found.length === 0 && (search.trim() !== "" || (onlyChanged && !isNews))) return null;
  return (
    <section className="commit-file" aria-labelledby={id}>
      <FileHead id={id} {...props} />
      {facts === null || facts.problem === null ? null : (
        <div className="note bad">
          <WarningList warnings={[{ ...facts.problem, path: null }]} />
        </div>
      )}
      {facts === null || facts.warnings.length === 0 ? null : (
        <div className="note">
          <WarningList warnings={facts.warnings.map((warning) => ({ ...warning, path: null }))} />
        </div>
      )}
      {found.length === 0 ? null : (
        <table className="values">
          <ValueHeads repository={props.repository} before={baselineSha(props.baseline, path)} />
          <tbody>
            {found.slice(0, limit).map((value) => (
              <ValueRow key={value.id} repository={props.repository} value={value} />
            ))}
          </tbody>
        </table>
      )}
      {found.length <= limit ? null : (
        <button type="button" onClick={() => setLimit(limit + SHOWN_STEP)}>
          {(found.length - limit).toLocaleString("en-US")} more values
        </button>
      )}
    </section>
  );
}

/** What is known of the file, and where to get it: one that is removed from the parent, which still has it. */
function FileHead({ repository, sha, parent, file, id }: CommitFileSectionProps & { id: string }): ReactNode {
  const { path, facts } = file;
  // what DVC keeps elsewhere is not there to be had
  const elsewhere = facts?.problem?.reason === "dvc-tracked";
  const from = facts === null ? parent : elsewhere ? null : sha;
  return (
    <div className="file-head">
      <h2 id={id} className="mono">
        <Untrusted text={path} />
      </h2>
      <span className="dim">
        {facts === null
          ? "removed by this commit"
          : `${elsewhere ? "kept by DVC, outside Git" : `${size(facts.size)} · ${facts.adapter}`}${facts.changed ? " · changed by this commit" : ""}`}
      </span>
      <span className="grow" />
      {from === null ? null : (
        <a className="button" href={api.file(repository, from, path)} download>
          {facts === null ? "Last raw file" : "Raw file"}
        </a>
      )}
    </div>
  );
}

function ValueHeads({ repository, before }: { repository: string; before: string | null }): ReactNode {
  return (
    <thead>
      <tr>
        <th scope="col">Column</th>
        <th scope="col" className="number">
          {before === null ? "Before" : <ShaLink repository={repository} sha={before} />}
        </th>
        <th scope="col" className="number">
          Now
        </th>
        <th scope="col" className="number">
          Change
        </th>
        <th scope="col" className="number relative">
          Relative
        </th>
      </tr>
    </thead>
  );
}

function ValueRow({ repository, value }: { repository: string; value: CommitValue }): ReactNode {
  const { id, key, goal, text, exact, before, exactBefore, change, relative, direction, same } = value;
  const unit = shownUnit(value);
  const judged = direction === "better" || direction === "worse";
  return (
    <tr className={same ? "same" : undefined}>
      <th scope="row">
        <PageLink href={columnPage(repository, { columns: [id] })} className="column-link">
          <Untrusted text={key} />
        </PageLink>
        <UnitMark unit={unit} />
        <GoalMark goal={goal} />
      </th>
      <td className="number dim" title={exactBefore}>
        <bdi>{before}</bdi>
      </td>
      <td className="number" title={exact}>
        <bdi>{text === "" ? "–" : text}</bdi>
      </td>
      <td className={`number ${judged ? direction : ""}`}>
        <bdi>{change}</bdi>
        {judged ? <span className="unseen"> {direction}</span> : null}
      </td>
      <td className={`number relative ${judged ? direction : ""}`}>{relative}</td>
    </tr>
  );
}

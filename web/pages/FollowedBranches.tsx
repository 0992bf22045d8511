// The branches of a repository that are followed: what each has of its own, and where it left another; which are not.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Branch, UnfollowedBranch } from "../../src/api/contract/columns.ts";
import { SHORT_SHA } from "../cell.ts";
import { problemOf } from "../api.ts";
import { followedWords, reasonWords } from "../branch-draft.ts";
import { commitPage, repositoryPage } from "../paths.ts";
import { branchListQuery } from "../queries.ts";
import { count, dayOf } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { BranchChoiceForm } from "./BranchChoiceForm.tsx";
import { PageLink } from "./PageLink.tsx";

/** Branches that are drawn at first, and more at each wish: a repository may have thousands. */
const SHOWN_STEP = 50;

/** Branches that are not followed and are listed without being asked for. */
const OPEN_UNFOLLOWED = 10;

/** Draws the list. @param name as in the page's address */
export function FollowedBranches({ name }: { name: string }): ReactNode {
  const { data, error } = useQuery(branchListQuery(name));
  const [limit, setLimit] = useState(SHOWN_STEP);
  if (error !== null && data === undefined) return <p className="worse">{problemOf(error).detail}</p>;
  if (data === undefined) return null;
  const { branches, choice, unfollowed } = data;
  const live = branches.filter(({ state }) => state === "live").length;
  // what is not followed any more exists all the same
  const left = new Set(unfollowed?.branches.map((branch) => branch.name));
  return (
    <>
      <p>{branches.length === 0 ? "No branch with a commit yet." : followedWords(live, unfollowed?.count ?? null)}</p>
      <BranchChoiceForm name={name} choice={choice} />
      {unfollowed === null ? (
        <p className="dim">Which branches that means is known after the next sync.</p>
      ) : (
        <UnfollowedList {...unfollowed} />
      )}
      {branches.length === 0 ? null : (
        <table className="followed">
          <thead>
            <tr>
              <th scope="col">Branch</th>
              <th scope="col" className="number">
                Own commits
              </th>
              <th scope="col">Forked from</th>
              <th scope="col">Newest commit</th>
            </tr>
          </thead>
          <tbody>
            {branches.slice(0, limit).map((branch) => (
              <BranchRow key={branch.name} name={name} branch={branch} isLeft={left.has(branch.name)} />
            ))}
          </tbody>
        </table>
      )}
      {branches.length <= limit ? null : (
        <button type="button" onClick={() => setLimit(limit + SHOWN_STEP)}>
          {count(branches.length - limit, "more branch", "more branches")}
        </button>
      )}
    </>
  );
}

/** Branches that are not followed and why, so that nobody looks for them in vain. */
function UnfollowedList({ count: all, branches }: { count: number; branches: readonly UnfollowedBranch[] }): ReactNode {
  if (all === 0) return null;
  return (
    <details className="unfollowed" open={branches.length <= OPEN_UNFOLLOWED}>
      <summary>{count(all, "branch is", "branches are")} not followed</summary>
      <ul>
        {branches.map(({ name, committedAt, reason }) => (
          <li key={name}>
            <Untrusted text={name} />{" "}
            <span className="dim">
              newest commit {dayOf(committedAt)}, {reasonWords(reason)}
            </span>
          </li>
        ))}
        {all > branches.length ? <li className="dim">and {count(all - branches.length, "older one")}</li> : null}
      </ul>
    </details>
  );
}

function BranchRow({ name, branch, isLeft }: { name: string; branch: Branch; isLeft: boolean }): ReactNode {
  const { fork, head } = branch;
  return (
    <tr>
      <th scope="row">
        <PageLink href={repositoryPage(name, branch.default ? {} : { branch: branch.name })}>
          <Untrusted text={branch.name} />
        </PageLink>
        {branch.default ? <span className="dim"> default</span> : null}
        {branch.state === "deleted" ? (
          <span className="dim"> {isLeft ? "not followed any more" : "deleted"}: kept for 30 days</span>
        ) : null}
      </th>
      <td className="number">
        {branch.commits.toLocaleString("en-US")}
        <span className="when-narrow"> of its own</span>
      </td>
      <td className="dim">
        <span className="when-narrow">forked from </span>
        {fork === null ? "nothing" : <Untrusted text={fork.branch} />}
      </td>
      <td>
        <span className="unseen">Newest commit </span>
        <PageLink href={commitPage(name, head)}>
          <code>{head.slice(0, SHORT_SHA)}</code>
        </PageLink>
      </td>
    </tr>
  );
}

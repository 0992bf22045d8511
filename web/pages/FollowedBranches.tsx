// The branches of a repository that are followed: what each has of its own, and where it left another.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Branch } from "../../src/api/contract/columns.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { SHORT_SHA } from "../cell.ts";
import { problemOf } from "../api.ts";
import { commitPage, repositoryPage } from "../paths.ts";
import { branchesQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";

/** Branches that are drawn at first, and more at each wish: a repository may have thousands. */
const SHOWN_STEP = 50;

/** Draws the list. @param name as in the page's address */
export function FollowedBranches({ name, repository }: { name: string; repository: Repository }): ReactNode {
  const { data, error } = useQuery(branchesQuery(name));
  const [limit, setLimit] = useState(SHOWN_STEP);
  if (error !== null && data === undefined) return <p className="worse">{problemOf(error).detail}</p>;
  // room for what is to come: the number of branches is known
  if (data === undefined) return <div style={{ height: `${2.4 * Math.min(SHOWN_STEP, repository.branches + 1)}em` }} />;
  if (data.length === 0) return <p className="dim">No branch with a commit yet.</p>;
  return (
    <>
      <p>
        {count(data.length, "branch is", "branches are")} followed. A new branch is added when it had a commit in the
        last 90 days, or keeps figures as gh-pages does; one that is followed stays so.
      </p>
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
          {data.slice(0, limit).map((branch) => (
            <BranchRow key={branch.name} name={name} branch={branch} />
          ))}
        </tbody>
      </table>
      {data.length <= limit ? null : (
        <button type="button" onClick={() => setLimit(limit + SHOWN_STEP)}>
          {count(data.length - limit, "more branch", "more branches")}
        </button>
      )}
    </>
  );
}

function BranchRow({ name, branch }: { name: string; branch: Branch }): ReactNode {
  const { fork, head } = branch;
  return (
    <tr>
      <th scope="row">
        <PageLink href={repositoryPage(name, branch.default ? {} : { branch: branch.name })}>
          <Untrusted text={branch.name} />
        </PageLink>
        {branch.default ? <span className="dim"> default</span> : null}
        {branch.state === "deleted" ? <span className="dim"> deleted: kept for 30 days</span> : null}
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

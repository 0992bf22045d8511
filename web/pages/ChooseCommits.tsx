// A comparison that has no two commits yet: fields for them, and what is worth comparing.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { SHORT_SHA } from "../cell.ts";
import type { CompareView } from "../compare-view.ts";
import { tagsQuery } from "../history-queries.ts";
import { comparePage, repositoryPage } from "../paths.ts";
import { branchesQuery, commitsQuery } from "../queries.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { CommitName } from "./CommitName.tsx";
import { ImportFailed } from "./ImportFailed.tsx";
import { BarEnd } from "./importing.tsx";
import { NoCommits } from "./nothing-to-show.tsx";
import { PageLink, useGoTo } from "./PageLink.tsx";

/** What the page is made of. */
export interface ChooseCommitsProps {
  readonly repository: Repository;
  readonly name: string;
  readonly view: CompareView;
}

/** Branches and tags that are suggested at most. */
const SUGGESTED = 5;

/** Draws the page. */
export function ChooseCommits({ repository, name, view }: ChooseCommitsProps): ReactNode {
  const goTo = useGoTo();
  const [first, setFirst] = useState(view.commits[0] ?? "");
  const [second, setSecond] = useState("");
  if (repository.commits === 0) return <NothingToChoose repository={repository} name={name} />;
  const [a, b] = [first.trim(), second.trim()];
  const ready = a !== "" && b !== "" && a !== b;
  const compare = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) goTo(comparePage(name, { commits: [a, b] }));
  };
  return (
    <div className="message compare-choice">
      <h1>Compare commits</h1>
      <p className="dim">
        Two to seven of them beside each other, or choose them by their boxes in{" "}
        <PageLink href={repositoryPage(name)} className="underlined">
          the table
        </PageLink>
        .
      </p>
      <form onSubmit={compare}>
        <CommitName repository={name} label="Baseline" value={first} change={setFirst} />
        <CommitName repository={name} label="Compared with it" value={second} change={setSecond} />
        <button type="submit" className="go" disabled={!ready}>
          Compare
        </button>
      </form>
      <Suggestions name={name} />
    </div>
  );
}

/** No commit can be read: not yet, or not at all. */
function NothingToChoose({ repository, name }: { repository: Repository; name: string }): ReactNode {
  const { state, problem } = repository;
  if (state === "failed" && problem !== null) return <ImportFailed repository={repository} problem={problem} />;
  if (state === "ready" || state === "failed") return <NoCommits repository={repository} name={name} />;
  return (
    <>
      <div className="bar">
        <BarEnd repository={repository} />
      </div>
      <div className="message">
        <h1>Compare commits</h1>
        <p className="dim">They can be chosen as soon as the first ones are read.</p>
      </div>
    </>
  );
}

/** What people mostly want to see beside each other. */
function Suggestions({ name }: { name: string }): ReactNode {
  const { data: commits } = useInfiniteQuery(commitsQuery(name, {}));
  const { data: branches } = useQuery(branchesQuery(name));
  const { data: tags } = useQuery(tagsQuery(name));
  const [newest, before] = commits?.pages[0]?.commits ?? [];
  const main = branches?.find((branch) => branch.default)?.name;
  const others = (branches ?? []).filter((branch) => !branch.default && branch.state === "live");
  const pairs: { readonly commits: readonly [string, string]; readonly words: ReactNode }[] = [];
  if (newest !== undefined && before !== undefined) {
    pairs.push({
      commits: [before.sha.slice(0, 12), newest.sha.slice(0, 12)],
      words: (
        <>
          The newest commit <code>{newest.sha.slice(0, SHORT_SHA)}</code> with the one before it
        </>
      ),
    });
  }
  for (const other of [...(tags ?? []).slice(0, SUGGESTED), ...others.slice(0, SUGGESTED)]) {
    if (main === undefined) break;
    const isTag = "sha" in other;
    pairs.push({
      commits: isTag ? [other.name, main] : [main, other.name],
      words: (
        <>
          {isTag ? "Tag" : "Branch"} <Untrusted text={other.name} className="mono" /> with{" "}
          <Untrusted text={main} className="mono" />
        </>
      ),
    });
  }
  return pairs.length === 0 ? null : (
    <ul className="plain">
      {pairs.map(({ commits: chosen, words }) => (
        <li key={chosen.join(" ")}>
          <PageLink href={comparePage(name, { commits: chosen })} className="underlined">
            {words}
          </PageLink>
        </li>
      ))}
    </ul>
  );
}

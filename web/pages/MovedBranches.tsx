// The branches that a sync moved: from which commit to which.
import type { ReactNode } from "react";
import { SHORT_SHA } from "../cell.ts";
import { forcedWords, type MovedHead } from "../event-words.ts";
import { commitPage, comparePage, repositoryPage } from "../paths.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";

/** Draws a line for each. */
export function MovedBranches({ name, heads }: { name: string; heads: readonly MovedHead[] }): ReactNode {
  return (
    <ul className="moved">
      {heads.map((head) => (
        <li key={head.branch}>
          {head.new === null ? (
            <Untrusted text={head.branch} />
          ) : (
            <PageLink href={repositoryPage(name, { branch: head.branch })}>
              <Untrusted text={head.branch} />
            </PageLink>
          )}{" "}
          <Move name={name} head={head} />
        </li>
      ))}
    </ul>
  );
}

function Move({ name, head }: { name: string; head: MovedHead }): ReactNode {
  const { old, new: now } = head;
  const forced = forcedWords(head);
  if (old === null && now === null) return null;
  return (
    <span className="dim">
      {old === null ? (
        "new, at "
      ) : (
        <>
          <PageLink href={commitPage(name, old)}>
            <code>{old.slice(0, SHORT_SHA)}</code>
          </PageLink>
          {" → "}
        </>
      )}
      {now === null ? (
        "gone"
      ) : (
        <PageLink href={commitPage(name, now)}>
          <code>{now.slice(0, SHORT_SHA)}</code>
        </PageLink>
      )}
      {old === null || now === null ? null : (
        <>
          {" · "}
          <PageLink href={comparePage(name, { commits: [old, now] })}>compare</PageLink>
        </>
      )}
      {forced === null ? null : <span className="forced"> · {forced}</span>}
    </span>
  );
}

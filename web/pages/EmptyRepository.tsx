// A repository that was read and has nothing to show: why, what will happen, and where its commits still are.
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { emptyWords } from "../empty-words.ts";
import { repositoryPage, settingsPage } from "../paths.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { PageLink } from "./PageLink.tsx";

type Empty = Pick<Repository, "empty" | "name">;

/** Draws a note for a page that has more to show; nothing where a branch is followed. */
export function EmptyNote({ repository, name }: { repository: Empty; name: string }): ReactNode {
  const now = useNow();
  if (repository.empty === null) return null;
  const { isOdd, sentence } = emptyWords(repository.empty, now);
  return (
    <div className="note" role="status">
      <span className={isOdd ? "dot bad" : "dot"} /> <Untrusted text={sentence} />
      <EmptyLinks repository={repository} name={name} />
    </div>
  );
}

/** Draws what stands in place of the rows. @param props.name the repository as in the page's address */
export function EmptyMessage({ repository, name }: { repository: Empty; name: string }): ReactNode {
  const now = useNow();
  const { title, sentence } = emptyWords(repository.empty ?? { reason: "new", branch: null }, now);
  return (
    <>
      <h1>{title}</h1>
      <p>
        <Untrusted text={sentence} />
      </p>
      <p>
        <EmptyLinks repository={repository} name={name} />
      </p>
    </>
  );
}

/** The branch whose commits are kept, and the settings. */
function EmptyLinks({ repository: { empty }, name }: { repository: Empty; name: string }): ReactNode {
  const now = useNow();
  if (empty === null || empty.reason === "new") return null;
  const { kept } = emptyWords(empty, now);
  return (
    <>
      {" "}
      {kept === null || empty.branch === null ? null : (
        <>
          <PageLink href={repositoryPage(name, { branch: empty.branch.name })} className="underlined">
            {kept}
          </PageLink>
          {" · "}
        </>
      )}
      <PageLink href={settingsPage(name)} className="underlined">
        Settings
      </PageLink>
    </>
  );
}

// Where a page of a repository is: the list, the owner quietly, the name.
import type { ReactNode } from "react";
import { repositoriesPage, repositoryPage } from "../paths.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";

/** Draws it. @param linked the name leads to the repository's table */
export function RepositoryCrumb({ name, linked = false }: { name: string; linked?: boolean }): ReactNode {
  const slash = name.lastIndexOf("/");
  const words = (
    <>
      {slash < 0 ? null : (
        <>
          <Untrusted text={name.slice(0, slash)} className="owner" /> <span className="owner">/</span>{" "}
        </>
      )}
      <b>
        <Untrusted text={name.slice(slash + 1)} />
      </b>
    </>
  );
  return (
    <>
      <PageLink href={repositoriesPage()} className="up">
        Repositories
      </PageLink>{" "}
      <span className="up">/</span> {linked ? <PageLink href={repositoryPage(name)}>{words}</PageLink> : words}
    </>
  );
}

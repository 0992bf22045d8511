// The pages of one repository, beside its name.
import type { ReactNode } from "react";
import { filesPage, repositoryPage } from "../paths.ts";
import { PageLink } from "./PageLink.tsx";

/** Draws them. @param name as in the page's address */
export function RepositoryNav({ name, current }: { name: string; current: "table" | "files" | null }): ReactNode {
  return (
    <nav aria-label="Pages of the repository">
      <PageLink href={repositoryPage(name)} current={current === "table"}>
        Table
      </PageLink>
      <PageLink href={filesPage(name)} current={current === "files"}>
        Files
      </PageLink>
    </nav>
  );
}

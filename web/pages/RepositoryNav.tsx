// The pages of one repository, beside its name.
import type { ReactNode } from "react";
import { activityPage, columnPage, comparePage, repositoryPage, settingsPage } from "../paths.ts";
import { PageLink } from "./PageLink.tsx";

/** What the pages are called here. */
type PageName = "table" | "column" | "compare" | "activity" | "settings";

/** Draws them. @param name as in the page's address */
export function RepositoryNav({ name, current }: { name: string; current: PageName | null }): ReactNode {
  return (
    <nav aria-label="Pages of the repository">
      <PageLink href={repositoryPage(name)} current={current === "table"}>
        Table
      </PageLink>
      <PageLink href={columnPage(name)} current={current === "column"}>
        Columns
      </PageLink>
      <PageLink href={comparePage(name)} current={current === "compare"}>
        Compare
      </PageLink>
      <PageLink href={activityPage(name)} current={current === "activity"}>
        Activity
      </PageLink>
      <PageLink href={settingsPage(name)} current={current === "settings"}>
        Settings
      </PageLink>
    </nav>
  );
}

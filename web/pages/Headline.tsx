// Up to three sentences above the table: what the newest commits did. Each leads to what it speaks of.
import { Fragment, type ReactNode, useMemo } from "react";
import type { CommitPage } from "../../src/api/contract/commits.ts";
import { headline, type HeadlineLink } from "../../src/domain/headline.ts";
import { commitPage, repositoryPage } from "../paths.ts";
import type { TableView } from "../table-view.ts";
import { PageLink } from "./PageLink.tsx";

/** What the headline is made of: the first page of commits. */
export interface HeadlineProps {
  /** the repository as in the page's address */
  readonly name: string;
  readonly view: TableView;
  readonly page: CommitPage;
}

function target(link: HeadlineLink, name: string, view: TableView): string {
  if (link.kind === "commit") return commitPage(name, link.sha);
  return repositoryPage(name, { ...view, columns: link.ids });
}

/** Draws the sentences; nothing when there is nothing to say. */
export function Headline({ name, view, page }: HeadlineProps): ReactNode {
  const sentences = useMemo(() => headline(page, page.coverage.importedTo === null), [page]);
  if (sentences.length === 0) return null;
  return (
    <p className="headline">
      {sentences.map(({ text, link }, index) => (
        <Fragment key={text}>
          {index === 0 ? null : <span className="faint">; </span>}
          <PageLink href={target(link, name, view)}>
            <bdi>{text}</bdi>
          </PageLink>
        </Fragment>
      ))}
      <span className="faint">.</span>
    </p>
  );
}

// The table with what stands around it: pickers above, the headline, the footer.
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { CommitPage } from "../../src/api/contract/commits.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import type { GridCursor } from "../grid-cursor.ts";
import { repositoryPage, type TableView } from "../paths.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { BranchPicker } from "./BranchPicker.tsx";
import { ColumnPicker } from "./ColumnPicker.tsx";
import { CommitTable } from "./CommitTable.tsx";
import type { MoreRows } from "./CommitTableEnd.tsx";
import { Headline } from "./Headline.tsx";
import { BarEnd } from "./importing.tsx";
import { useGoTo } from "./PageLink.tsx";
import { TableFooter } from "./TableFooter.tsx";

/** What the table's page is made of. */
export interface TablePageProps {
  readonly repository: Repository;
  /** as in the page's address */
  readonly name: string;
  readonly view: TableView;
  readonly pages: readonly CommitPage[];
  /** lines above the table: progress, problems */
  readonly strips: ReactNode;
  readonly more: MoreRows;
  /** rows of the view before are shown until those of this one have come */
  readonly replacing: boolean;
}

const branchOf = ({ branch }: TableView): TableView => (branch === undefined ? {} : { branch });
const columnsOf = ({ columns }: TableView): TableView => (columns === undefined ? {} : { columns });

/** Whether all there is of a repository has been read, as far as it can be. */
function isRead({ state }: Repository): boolean {
  return state === "ready" || state === "failed";
}

/** No commit of the branch has values: there is nothing to draw beside its commits. */
function NoColumns({ branch }: { branch: string | null }): ReactNode {
  return (
    <div className="strip" role="status">
      <span className="dot busy" />
      <span>
        No commit of {branch === null ? "this branch" : <Untrusted text={branch} />} has values. Other branches have:
        choose one above.
      </span>
    </div>
  );
}

/** Draws the page. */
export function TablePage({ repository, name, view, pages, strips, more, replacing }: TablePageProps): ReactNode {
  const goTo = useGoTo();
  const [cursor, setCursor] = useState<GridCursor | null>(null);
  const first = pages[0] as CommitPage;
  const rows = useMemo(() => pages.flatMap((page) => page.commits), [pages]);
  const shown = first.columns.map(({ id }) => id);
  const change = useCallback((next: TableView) => goTo(repositoryPage(name, next), { replace: true }), [goTo, name]);
  const branch = view.branch ?? first.branch;
  return (
    <div className="table-page">
      <div className="bar">
        <BranchPicker
          repository={name}
          branch={branch}
          choose={(picked) => change({ ...columnsOf(view), ...(picked === null ? {} : { branch: picked }) })}
        />
        <ColumnPicker
          repository={name}
          shown={shown}
          isDefault={view.columns === undefined}
          choose={(columns) => change({ ...branchOf(view), ...(columns === null ? {} : { columns }) })}
        />
        <BarEnd repository={repository} />
      </div>
      {strips}
      {shown.length > 0 || !isRead(repository) ? null : <NoColumns branch={branch} />}
      <Headline name={name} view={view} page={first} />
      <CommitTable
        name={name}
        label={branch === null ? "Commits" : `Commits of ${escapeControls(branch)}`}
        columns={first.columns}
        sample={first.commits}
        rows={rows}
        more={more}
        replacing={replacing}
        importing={first.coverage.importedTo !== null}
        cursor={cursor}
        moveTo={setCursor}
      />
      <TableFooter
        name={name}
        repository={repository}
        branch={branch}
        columns={first.columns}
        rows={rows}
        complete={first.coverage.importedTo === null}
        cursor={cursor}
      />
    </div>
  );
}

// The bar above the table: which commits, of them those that match, compared with what, in which columns.
import { type ReactNode, type RefObject, useSyncExternalStore } from "react";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { canCompare } from "../chosen-commits.ts";
import { NARROW_WINDOW } from "../table-layout.ts";
import type { CommitChoice, TableView } from "../table-view.ts";
import { Popover } from "../ui/Popover.tsx";
import { BaselinePicker } from "./BaselinePicker.tsx";
import { BranchPicker } from "./BranchPicker.tsx";
import { ColumnPicker } from "./ColumnPicker.tsx";
import { FilterField } from "./FilterField.tsx";
import { ImportShare } from "./importing.tsx";
import { RowButtons } from "./RowButtons.tsx";
import { TableMenu, TableMenuEntries } from "./TableMenu.tsx";
import type { TableViewActions } from "./use-table-view.ts";

/** What the bar is made of. */
export interface TableBarProps {
  readonly repository: Repository;
  /** as in the page's address */
  readonly name: string;
  readonly view: TableView;
  readonly actions: TableViewActions;
  /** the branch of the rows; null for all branches, or none */
  readonly branch: string | null;
  readonly heads: readonly ColumnHead[];
  /** of the rows loaded */
  readonly authors: readonly string[];
  /** the filter of the address could not be read */
  readonly wrongFilter: boolean;
  readonly filterField: RefObject<HTMLInputElement | null>;
  readonly copy: () => Promise<number>;
  readonly compare: () => void;
}

const narrow = window.matchMedia(`(max-width: ${NARROW_WINDOW}px)`);

function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      narrow.addEventListener("change", changed);
      return () => narrow.removeEventListener("change", changed);
    },
    () => narrow.matches,
  );
}

const CHOICES: readonly { readonly view: CommitChoice | null; readonly name: string; readonly title: string }[] = [
  { view: null, name: "Line", title: "The branch's own line: first parents only" },
  { view: "touching", name: "Touching", title: "Of the line, the commits that changed a metric file" },
  { view: "all", name: "All", title: "Every commit of the repository" },
];

/** The choice of commits. */
function ViewPicker({
  view,
  choose,
}: {
  view: TableView["view"];
  choose: TableViewActions["chooseCommits"];
}): ReactNode {
  return (
    <div className="segments" role="group" aria-label="Commits">
      {CHOICES.map((choice) => (
        <button
          key={choice.name}
          type="button"
          title={choice.title}
          aria-pressed={(view ?? null) === choice.view}
          onClick={() => choose(choice.view)}
        >
          {choice.name}
        </button>
      ))}
    </div>
  );
}

function CompareButton({ count, compare }: { count: number; compare: () => void }): ReactNode {
  const ready = canCompare(count);
  return (
    <button
      type="button"
      className={ready ? "go" : ""}
      // stays focusable: a button that comes and goes is lost to the keyboard
      aria-disabled={!ready}
      title={ready ? "Compare the commits chosen: press v" : "Choose 2 to 7 commits by their boxes, or by Space"}
      onClick={() => (ready ? compare() : undefined)}
    >
      Compare {count}
    </button>
  );
}

/** Draws the bar. */
export function TableBar(props: TableBarProps): ReactNode {
  const { repository, name, view, actions, heads } = props;
  const isNarrow = useIsNarrow();
  const shown = heads.map(({ id }) => id);
  const choices = (
    <>
      <ViewPicker view={view.view} choose={actions.chooseCommits} />
      <RowButtons view={view} actions={actions} columns={heads} />
      <BaselinePicker repository={name} view={view} actions={actions} />
    </>
  );
  return (
    <div className="bar">
      <BranchPicker
        repository={name}
        branch={view.branch ?? props.branch ?? repository.defaultBranch}
        all={view.view === "all"}
        choose={actions.chooseBranch}
      />
      {isNarrow ? (
        <Popover label="View" panelClassName="view-panel" button="View">
          {(close) => (
            <>
              {choices}
              <div className="menu">
                <TableMenuEntries name={name} view={view} actions={actions} copy={props.copy} close={close} />
              </div>
            </>
          )}
        </Popover>
      ) : (
        choices
      )}
      <FilterField
        name={name}
        view={view}
        actions={actions}
        field={props.filterField}
        columns={heads}
        authors={props.authors}
        wrong={props.wrongFilter}
      />
      <ImportShare repository={repository} />
      <ColumnPicker
        repository={name}
        shown={shown}
        heads={heads}
        isDefault={view.columns === undefined}
        choose={actions.chooseColumns}
      />
      <CompareButton count={view.selected?.length ?? 0} compare={props.compare} />
      {isNarrow ? null : <TableMenu name={name} view={view} actions={actions} copy={props.copy} />}
    </div>
  );
}

// What the rows are compared with, and whether their cells show the value or the change.
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { SHORT_SHA } from "../cell.ts";
import { tagsQuery } from "../history-queries.ts";
import { branchListQuery } from "../queries.ts";
import type { TableView } from "../table-view.ts";
import { Popover } from "../ui/Popover.tsx";
import { CommitName } from "./CommitName.tsx";
import type { TableViewActions } from "./use-table-view.ts";

/** What the picker is made of. */
export interface BaselinePickerProps {
  readonly repository: string;
  readonly view: TableView;
  readonly actions: TableViewActions;
}

/** Draws the picker, and the switch beside it. */
export function BaselinePicker(props: BaselinePickerProps): ReactNode {
  const { view, actions } = props;
  const pinned = view.baseline?.slice(0, SHORT_SHA);
  return (
    <span className="baseline">
      <Popover
        label="Compare every row with"
        className={pinned === undefined ? "quiet" : ""}
        panelClassName="panel"
        button={
          <>
            {pinned === undefined ? (
              "vs previous"
            ) : (
              <>
                vs <code>{pinned}</code>
              </>
            )}{" "}
            <span aria-hidden="true">▾</span>
          </>
        }
      >
        {(close) => <BaselineForm {...props} close={close} />}
      </Popover>
      <button
        type="button"
        className="delta"
        aria-pressed={view.delta === true}
        aria-label="Show changes instead of values"
        title="Show changes instead of values: press d"
        onClick={actions.toggleDelta}
      >
        Δ
      </button>
    </span>
  );
}

/** What the API takes for a commit's id. */
const SHA_PREFIX = /^[0-9a-f]{4,64}$/;

function BaselineForm({ repository, view, actions, close }: BaselinePickerProps & { close: () => void }): ReactNode {
  const [draft, setDraft] = useState(view.baseline ?? "");
  const [wrong, setWrong] = useState(false);
  const client = useQueryClient();
  /** What is typed as a commit's id; its names may be still on their way. */
  const named = async (name: string): Promise<string> => {
    const [tags, branches] = await Promise.all([
      client.ensureQueryData(tagsQuery(repository)),
      client.ensureQueryData(branchListQuery(repository)).then(({ branches: list }) => list),
    ]).catch(() => [[], []] as const);
    const tag = tags.find((each) => each.name === name)?.sha;
    return tag ?? branches.find((each) => each.name === name)?.head ?? name.toLowerCase();
  };
  const pin = async (): Promise<void> => {
    const sha = await named(draft.trim());
    if (!SHA_PREFIX.test(sha)) {
      setWrong(true);
      return;
    }
    close();
    actions.compareWith(sha);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void pin();
  };
  return (
    <form className="baseline-form" onSubmit={submit}>
      <p className="dim">
        Each commit is compared with the one before it. Or compare all of them with one commit: named here, or{" "}
        <kbd>b</kbd> on its row.
      </p>
      <div className="fields">
        <CommitName
          repository={repository}
          label="Commit"
          value={draft}
          change={(name) => {
            setDraft(name);
            setWrong(false);
          }}
        />
        <button type="submit" className="go">
          Pin
        </button>
        {view.baseline === undefined ? null : (
          <button
            type="button"
            onClick={() => {
              close();
              actions.compareWith(null);
            }}
          >
            Previous commit
          </button>
        )}
      </div>
      {wrong ? (
        <p className="worse" role="alert">
          No followed branch and no tag has that name, and a commit's id is 4 to 64 of the digits 0-9 and a-f.
        </p>
      ) : null}
    </form>
  );
}

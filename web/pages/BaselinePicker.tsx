// What the rows are compared with, and whether their cells show the value or the change.
import { type FormEvent, type ReactNode, useState } from "react";
import { SHORT_SHA } from "../cell.ts";
import type { TableView } from "../table-view.ts";
import { Popover } from "../ui/Popover.tsx";
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

function BaselineForm({ view, actions, close }: BaselinePickerProps & { close: () => void }): ReactNode {
  const [draft, setDraft] = useState(view.baseline ?? "");
  const [wrong, setWrong] = useState(false);
  const pin = (event: FormEvent): void => {
    event.preventDefault();
    const sha = draft.trim().toLowerCase();
    if (!SHA_PREFIX.test(sha)) {
      setWrong(true);
      return;
    }
    close();
    actions.compareWith(sha);
  };
  return (
    <form className="baseline-form" onSubmit={pin}>
      <p className="dim">
        Each commit is compared with the one before it. Or compare all of them with one commit: its id here, or{" "}
        <kbd>b</kbd> on its row.
      </p>
      <div className="fields">
        <input
          type="text"
          className="mono"
          aria-label="Commit id"
          aria-invalid={wrong}
          placeholder="Commit id"
          autoComplete="off"
          spellCheck={false}
          value={draft}
          onChange={(event) => {
            setDraft(event.target.value);
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
          A commit's id is 4 to 64 of the digits 0-9 and a-f.
        </p>
      ) : null}
    </form>
  );
}

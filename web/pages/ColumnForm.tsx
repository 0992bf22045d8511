// Says what a column is: which way is better, in which unit, under which name. Kept over every import and sync.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { CatalogueColumn } from "../../src/api/contract/columns.ts";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import { problemOf } from "../api.ts";
import { type ColumnDraft, draftOf, patchOf } from "../column-draft.ts";
import { patchColumn } from "../history-api.ts";
import { rowsKey } from "../queries.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** What the form is made of. */
export interface ColumnFormProps {
  readonly name: string;
  readonly column: ColumnHead;
  /** null until it is known */
  readonly entry: CatalogueColumn | null;
  readonly close: () => void;
}

const GOALS: readonly { readonly goal: ColumnDraft["goal"]; readonly words: string }[] = [
  { goal: "higher", words: "Higher" },
  { goal: "lower", words: "Lower" },
  { goal: null, words: "Neither" },
  { goal: "guess", words: "Automatic" },
];

/** What counts without a choice, in words. */
function toldWords(entry: CatalogueColumn | null): string {
  const goal = entry?.told.goal ?? null;
  return goal === null
    ? "Automatic: nothing says whether higher or lower is better."
    : `Automatic: ${goal} is better, ${from(entry)}.`;
}

function from(entry: CatalogueColumn | null): string {
  const source = entry?.told.goalFrom ?? null;
  return source === "file" ? "as the file says" : source === null ? "as guessed" : `as guessed from its ${source}`;
}

/** Draws the form. */
export function ColumnForm({ name, column, entry, close }: ColumnFormProps): ReactNode {
  const id = useId();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(column, entry));
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => patchColumn(name, column.id, patchOf(draft, entry)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: rowsKey(name) });
      close();
    },
  });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <form className="column-form" onSubmit={save}>
      <div>
        <span id={`${id}-goal`}>Better is</span>
        <div className="segments" role="group" aria-labelledby={`${id}-goal`}>
          {GOALS.map(({ goal, words }) => (
            <button
              key={words}
              type="button"
              aria-pressed={draft.goal === goal}
              onClick={() => setDraft({ ...draft, goal })}
            >
              {words}
            </button>
          ))}
        </div>
        <span className="dim">{toldWords(entry)}</span>
      </div>
      <label>
        Unit
        <input
          type="text"
          maxLength={32}
          autoComplete="off"
          placeholder={entry?.told.unit ?? "none"}
          value={draft.unit}
          onChange={(event) => setDraft({ ...draft, unit: event.target.value })}
        />
      </label>
      <label>
        Name
        <input
          type="text"
          maxLength={100}
          autoComplete="off"
          placeholder={column.key}
          value={draft.alias}
          onChange={(event) => setDraft({ ...draft, alias: event.target.value })}
        />
      </label>
      {error === null ? null : (
        <p className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </p>
      )}
      <div className="buttons">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" className="go" disabled={isPending}>
          Save
        </button>
      </div>
    </form>
  );
}

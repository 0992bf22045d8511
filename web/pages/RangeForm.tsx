// The ends of a chart: tags, or ids of commits.
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { escapeControls } from "../../src/domain/safe-text.ts";
import type { ColumnView } from "../column-view.ts";
import { tagsQuery } from "../history-queries.ts";
import type { ColumnViewActions } from "./use-column-view.ts";

/** Tags that the fields offer at most, the newest: a list of more is no help. */
const OFFERED_TAGS = 200;

/** What the form is made of. */
export interface RangeFormProps {
  readonly name: string;
  readonly view: ColumnView;
  readonly actions: ColumnViewActions;
  readonly close: () => void;
}

/** Draws the form. */
export function RangeForm({ name, view, actions, close }: RangeFormProps): ReactNode {
  const id = useId();
  const { data: tags } = useQuery(tagsQuery(name));
  const [from, setFrom] = useState(view.from ?? "");
  const [to, setTo] = useState(view.to ?? "");
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    const [first, last] = [from.trim(), to.trim()];
    actions.stretch({ ...(first === "" ? {} : { from: first }), ...(last === "" ? {} : { to: last }) });
    close();
  };
  const fields = [
    { words: "From", value: from, change: setFrom, empty: "the first commit" },
    { words: "To", value: to, change: setTo, empty: "the newest commit" },
  ];
  return (
    <form className="column-form" onSubmit={apply}>
      {fields.map(({ words, value, change, empty }) => (
        <label key={words}>
          {words}
          <input
            type="text"
            className="mono"
            list={id}
            maxLength={250}
            autoComplete="off"
            spellCheck={false}
            placeholder={empty}
            value={value}
            onChange={(event) => change(event.target.value)}
          />
        </label>
      ))}
      <datalist id={id}>
        {tags?.slice(0, OFFERED_TAGS).map((tag) => (
          <option key={tag.name} value={tag.name}>
            {escapeControls(tag.name)}
          </option>
        ))}
      </datalist>
      <span className="dim">A tag, or the first digits of a commit's id. Or drag over the chart.</span>
      <div className="buttons">
        <button type="submit" className="go">
          Show
        </button>
      </div>
    </form>
  );
}

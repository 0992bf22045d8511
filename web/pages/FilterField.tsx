// The filter of the table: a field, and what may stand where one types.
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from "react";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import { completeFilter, type FilterCompletion, type FilterOption } from "../../src/domain/filter-completion.ts";
import { MAX_FILTER_BYTES } from "../../src/domain/filter.ts";
import { offeredColumns, withOption } from "../filter-typing.ts";
import { branchesQuery, manyColumnsQuery } from "../queries.ts";
import type { TableView } from "../table-view.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import type { TableViewActions } from "./use-table-view.ts";

/** What the field is made of. */
export interface FilterFieldProps {
  /** the repository as in the page's address */
  readonly name: string;
  readonly view: TableView;
  readonly actions: TableViewActions;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly columns: readonly ColumnHead[];
  /** of the rows loaded */
  readonly authors: readonly string[];
  /** the filter of the address could not be read */
  readonly wrong: boolean;
}

const NOTHING: FilterCompletion = { from: 0, to: 0, options: [] };

/** Draws the field. */
export function FilterField({ name, view, actions, field, columns, authors, wrong }: FilterFieldProps): ReactNode {
  const id = useId();
  const applied = view.where ?? "";
  const [draft, setDraft] = useState(applied);
  const [from, setFrom] = useState(applied);
  // where the cursor is while options are offered; null while none are
  const [caret, setCaret] = useState<number | null>(null);
  const [active, setActive] = useState(-1);
  const [used, setUsed] = useState(false);
  // the address has changed: by the back button, or by one of the buttons beside
  if (from !== applied) {
    setFrom(applied);
    setDraft(applied);
    setCaret(null);
  }
  const catalogue = useQuery({ ...manyColumnsQuery(name, ""), enabled: used });
  const branches = useQuery({ ...branchesQuery(name), enabled: used });
  const names = { branch: branches.data?.map((branch) => branch.name) ?? [], author: authors };
  const completion =
    caret === null ? NOTHING : completeFilter(draft, caret, offeredColumns(columns, catalogue.data ?? []), names);
  const { options } = completion;

  const offer = (text: string, at: number | null): void => {
    setDraft(text);
    setCaret(at);
    setActive(-1);
  };
  const take = (option: FilterOption): void => {
    const next = withOption(draft, completion, option);
    offer(next.text, next.caret);
    // the field has the new text after it is drawn
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(next.caret, next.caret);
    });
  };
  const apply = (): void => {
    setCaret(null);
    actions.filter(draft.trim() === "" ? null : draft.trim());
  };
  const keyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const chosen = options[active];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      if (options.length === 0) setCaret(event.currentTarget.selectionStart ?? draft.length);
      else setActive((active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length);
    } else if ((event.key === "Enter" || event.key === "Tab") && chosen !== undefined) take(chosen);
    else if (event.key === "Enter") apply();
    else if (event.key === "Escape" && caret !== null && options.length > 0) setCaret(null);
    else if (event.key === "Escape") event.currentTarget.blur();
    else return;
    event.preventDefault();
  };
  return (
    <span className="filter">
      <input
        ref={field}
        type="search"
        role="combobox"
        className="mono"
        aria-label="Filter"
        aria-expanded={options.length > 0}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={active < 0 ? undefined : `${id}-${active}`}
        aria-invalid={wrong}
        placeholder="Filter: loss < 0.2 and …"
        autoComplete="off"
        spellCheck={false}
        maxLength={MAX_FILTER_BYTES}
        value={draft}
        onFocus={() => {
          setUsed(true);
          if (draft === "") offer("", 0);
        }}
        onBlur={() => setCaret(null)}
        onChange={({ target }) => {
          offer(target.value, target.selectionStart ?? target.value.length);
          if (target.value === "" && applied !== "") actions.filter(null);
        }}
        onKeyDown={keyDown}
      />
      <Options id={id} options={options} active={active} take={take} />
    </span>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly options: readonly FilterOption[];
  readonly active: number;
  readonly take: (option: FilterOption) => void;
}

const KINDS: Readonly<Record<FilterOption["kind"], string>> = {
  column: "column",
  field: "of every commit",
  function: "of a column",
  operator: "",
  keyword: "",
  value: "",
};

/** The rows show a date as the commit says it, however absurd; that the filter does not, is said here. */
function kindWords({ kind, text }: FilterOption): string {
  return kind === "field" && text === "date" ? "when committed: 1970 to the day after it was read" : KINDS[kind];
}

function Options({ id, options, active, take }: OptionsProps): ReactNode {
  return (
    <div
      id={id}
      role="listbox"
      aria-label="What may stand here"
      className="filter-options"
      hidden={options.length === 0}
    >
      {options.map((option, index) => (
        // the field takes the keys, and keeps the focus
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <div
          key={`${option.kind} ${option.id ?? option.text}`}
          id={`${id}-${index}`}
          ref={(element) => {
            if (index === active) element?.scrollIntoView({ block: "nearest" });
          }}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          className={index === active ? "option active" : "option"}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => take(option)}
        >
          <span className="option-name mono">
            <Untrusted text={option.text} />
          </span>
          <span className="dim">
            {option.id === null ? kindWords(option) : <Untrusted text={option.id} className="option-id" />}
          </span>
        </div>
      ))}
    </div>
  );
}

// A field to search and the list that it finds, to pick from by keyboard or pointer: what stands in a picker's panel.
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";

/** What the list is made of. */
export interface SearchListProps<Option> {
  /** what is searched, in the plural: "branches" */
  readonly things: string;
  readonly search: string;
  readonly setSearch: (search: string) => void;
  readonly options: readonly Option[];
  readonly keyOf: (option: Option) => string;
  readonly isChosen: (option: Option) => boolean;
  readonly pick: (option: Option) => void;
  /** what an option shows */
  readonly children: (option: Option) => ReactNode;
}

/** Draws the field and the list; the field has the focus and takes the keys. */
export function SearchList<Option>(props: SearchListProps<Option>): ReactNode {
  const { things, search, setSearch, options, keyOf, isChosen, pick, children } = props;
  const id = useId();
  const [at, setAt] = useState<number | null>(null);
  const active = Math.min(at ?? Math.max(0, options.findIndex(isChosen)), options.length - 1);
  const keyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const option = options[active];
    if (step !== undefined) {
      const next = Math.max(0, Math.min(options.length - 1, active + step));
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && option !== undefined) pick(option);
    else return;
    event.preventDefault();
  };
  return (
    <>
      {/* the panel was opened to search */}
      <input
        type="search"
        role="combobox"
        aria-label={`Search ${things}`}
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={active < 0 ? undefined : `${id}-${active}`}
        placeholder={`Search ${things}`}
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setAt(0);
        }}
        onKeyDown={keyDown}
      />
      <div role="listbox" id={id} aria-label={`${things.slice(0, 1).toUpperCase()}${things.slice(1)}`}>
        {options.map((option, index) => (
          // the field of the combobox takes the keys
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={keyOf(option)}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={isChosen(option)}
            className={index === active ? "option active" : "option"}
            onClick={() => pick(option)}
          >
            {children(option)}
          </div>
        ))}
      </div>
    </>
  );
}

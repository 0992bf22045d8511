// A field that searches what is on the page; "/" leads to it.
import { type ReactNode, useCallback, useRef } from "react";
import { useShortcut } from "./use-shortcut.ts";

/** What the field is made of. */
export interface SearchFieldProps {
  /** names the field for people who do not see it */
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
}

/** Draws the field. */
export function SearchField({ label, value, change }: SearchFieldProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const focus = useCallback(() => input.current?.focus(), []);
  useShortcut("/", focus);
  return (
    <input
      ref={input}
      type="search"
      aria-label={label}
      placeholder="Search: press /"
      value={value}
      data-search
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => change(event.target.value)}
    />
  );
}

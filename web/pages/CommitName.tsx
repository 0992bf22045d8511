// A field for the name of a commit: branches and tags are offered, an id is typed.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { tagsQuery } from "../history-queries.ts";
import { branchesQuery } from "../queries.ts";

/** Names that are offered at most, of each kind: a list of more is no help. */
const OFFERED = 200;

/** What the field is made of. */
export interface CommitNameProps {
  readonly repository: string;
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  /** the field was opened to be typed in */
  readonly focus?: boolean;
}

/** Draws it. */
export function CommitName({ repository, label, value, change, focus = false }: CommitNameProps): ReactNode {
  const id = useId();
  const { data: branches } = useQuery(branchesQuery(repository));
  const { data: tags } = useQuery(tagsQuery(repository));
  const names = [
    ...(branches ?? []).slice(0, OFFERED).map(({ name }) => ({ name, kind: "branch" })),
    ...(tags ?? []).slice(0, OFFERED).map(({ name }) => ({ name, kind: "tag" })),
  ];
  return (
    <label>
      {label}
      <input
        type="text"
        className="mono"
        list={id}
        maxLength={250}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus={focus}
        placeholder="Branch, tag or id"
        value={value}
        onChange={(event) => change(event.target.value)}
      />
      <datalist id={id}>
        {names.map(({ name, kind }) => (
          <option key={`${kind} ${name}`} value={name}>
            {`${kind} ${escapeControls(name)}`}
          </option>
        ))}
      </datalist>
    </label>
  );
}

// The choice of a branch: a field to search, a list to pick from by keyboard or pointer.
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import type { Branch } from "../../src/api/contract/columns.ts";
import { problemOf } from "../api.ts";
import { branchesQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";

/** What the picker is made of. */
export interface BranchPickerProps {
  /** the repository as in the page's address */
  readonly repository: string;
  readonly branch: string | null;
  /** commits of all branches are shown */
  readonly all: boolean;
  /** @param branch null for the default branch */
  readonly choose: (branch: string | null) => void;
}

/** Draws the picker. */
export function BranchPicker({ repository, branch, all, choose }: BranchPickerProps): ReactNode {
  return (
    <Popover
      label="Choose a branch"
      className="picker"
      panelClassName="panel"
      button={
        <>
          <span className="unseen">Branch </span>
          {all ? "all branches" : <Untrusted text={branch ?? "no branch"} />} <span aria-hidden="true">▾</span>
        </>
      }
    >
      {(close) => (
        <BranchList
          repository={repository}
          branch={all ? null : branch}
          choose={(picked) => {
            close();
            choose(picked);
          }}
        />
      )}
    </Popover>
  );
}

/** @returns the branches whose names hold all words of the search */
function matching(branches: readonly Branch[], search: string): readonly Branch[] {
  const words = search.toLowerCase().split(/\s+/);
  return branches.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
}

function BranchList({ repository, branch, choose }: Omit<BranchPickerProps, "all">): ReactNode {
  const id = useId();
  const { data, error } = useQuery(branchesQuery(repository));
  const [search, setSearch] = useState("");
  const found = matching(data ?? [], search);
  const [at, setAt] = useState<number | null>(null);
  const chosen = Math.max(
    0,
    found.findIndex(({ name }) => name === branch),
  );
  const active = Math.min(at ?? chosen, found.length - 1);
  const pick = (picked: Branch | undefined): void => {
    if (picked !== undefined) choose(picked.default ? null : picked.name);
  };
  const keyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const next = Math.max(0, Math.min(found.length - 1, active + step));
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") pick(found[active]);
    else return;
    event.preventDefault();
  };
  return (
    <div className="branches">
      {/* the panel was opened to search */}
      <input
        type="search"
        role="combobox"
        aria-label="Search branches"
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={active < 0 ? undefined : `${id}-${active}`}
        placeholder="Search branches"
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
      <div role="listbox" id={id} aria-label="Branches">
        {found.map((each, index) => (
          <BranchOption
            key={each.name}
            id={`${id}-${index}`}
            branch={each}
            active={index === active}
            selected={each.name === branch}
            pick={() => pick(each)}
          />
        ))}
      </div>
      {error === null ? null : <p className="worse">{problemOf(error).detail}</p>}
      {data !== undefined && found.length === 0 ? <p className="dim">No followed branch has that name.</p> : null}
    </div>
  );
}

interface BranchOptionProps {
  readonly id: string;
  readonly branch: Branch;
  readonly active: boolean;
  readonly selected: boolean;
  readonly pick: () => void;
}

function BranchOption({ id, branch, active, selected, pick }: BranchOptionProps): ReactNode {
  return (
    // the field of the combobox takes the keys
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      className={active ? "option active" : "option"}
      onClick={pick}
    >
      <span className="option-name">
        <Untrusted text={branch.name} />
      </span>
      <span className="dim">
        {branch.default ? "default" : branch.state === "deleted" ? "deleted" : ""}{" "}
        {branch.default ? null : `${count(branch.commits, "commit")} of its own`}
      </span>
    </div>
  );
}

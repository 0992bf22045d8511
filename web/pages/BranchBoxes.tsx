// The branches of a chart: each that is ticked is a line.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { problemOf } from "../api.ts";
import { MAX_CHART_BRANCHES } from "../column-view.ts";
import { branchesQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { NoFollowedBranch } from "./NoFollowedBranch.tsx";

/** What the choice is made of. */
export interface BranchBoxesProps {
  readonly repository: string;
  readonly shown: readonly string[];
  /** @param branches none for the default branch */
  readonly choose: (branches: readonly string[]) => void;
}

/** Branches that are listed at most; others are found by their name. */
const LISTED = 100;

/** Draws the choice. */
export function BranchBoxes({ repository, shown, choose }: BranchBoxesProps): ReactNode {
  const { data, error } = useQuery(branchesQuery(repository));
  const [search, setSearch] = useState("");
  const words = search.toLowerCase().split(/\s+/);
  const found = (data ?? []).filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const full = shown.length >= MAX_CHART_BRANCHES;
  const toggle = (name: string): void =>
    choose(shown.includes(name) ? shown.filter((each) => each !== name) : [...shown, name]);
  return (
    <div className="branches">
      {/* the panel was opened to search */}
      <input
        type="search"
        aria-label="Search branches"
        placeholder="Search branches"
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <p className="dim" role="status">
        {full ? `A chart has ${MAX_CHART_BRANCHES} branches at most.` : "Each branch is a line."}
      </p>
      {found.slice(0, LISTED).map((branch) => {
        const isShown = shown.includes(branch.name);
        return (
          <label key={branch.name} className="column-box">
            <input
              type="checkbox"
              checked={isShown}
              disabled={(full && !isShown) || (isShown && shown.length === 1)}
              onChange={() => toggle(branch.name)}
            />
            <span className="option-name">
              <Untrusted text={branch.name} />
            </span>
            <span className="dim">{branch.default ? "default" : `${count(branch.commits, "commit")} of its own`}</span>
          </label>
        );
      })}
      {error === null ? null : <p className="worse">{problemOf(error).detail}</p>}
      {data !== undefined && found.length === 0 ? <NoFollowedBranch repository={repository} /> : null}
    </div>
  );
}

// The choice of a branch: a field to search, a list to pick from by keyboard or pointer.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Branch } from "../../src/api/contract/columns.ts";
import { problemOf } from "../api.ts";
import { branchesQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { SearchList } from "../ui/SearchList.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { NoFollowedBranch } from "./NoFollowedBranch.tsx";

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
  const { data, error } = useQuery(branchesQuery(repository));
  const [search, setSearch] = useState("");
  const found = matching(data ?? [], search);
  return (
    <div className="branches">
      <SearchList
        things="branches"
        search={search}
        setSearch={setSearch}
        options={found}
        keyOf={({ name }) => name}
        isChosen={({ name }) => name === branch}
        pick={(picked) => choose(picked.default ? null : picked.name)}
      >
        {(each) => (
          <>
            <span className="option-name">
              <Untrusted text={each.name} />
            </span>
            <span className="dim">
              {each.default ? "default" : each.state === "deleted" ? "deleted" : ""}{" "}
              {each.default ? null : `${count(each.commits, "commit")} of its own`}
            </span>
          </>
        )}
      </SearchList>
      {error === null ? null : <p className="worse">{problemOf(error).detail}</p>}
      {data !== undefined && found.length === 0 ? <NoFollowedBranch repository={repository} /> : null}
    </div>
  );
}

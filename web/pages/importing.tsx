// What a repository's page shows while it is imported.
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { stateWords } from "../state-words.ts";
import { ProgressBar } from "../ui/ProgressBar.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { StateLine } from "./StateNote.tsx";
import { TableSkeleton } from "./TableSkeleton.tsx";

/** A line above the table: how far the import is. Also what a repository says of itself. */
export function ImportStrip({ repository }: { repository: Repository }): ReactNode {
  const words = stateWords(repository, useNow());
  if (words.fraction !== undefined) {
    return (
      <div className="strip importing">
        <StateLine tone="busy" line={words.line} />
        <ProgressBar fraction={words.fraction} label="Import" />
        <span className="dim">{words.details.join(" · ")}</span>
      </div>
    );
  }
  const said = [...(repository.problem === null ? [] : [repository.problem]), ...repository.notices];
  return said.map((text) => (
    <div key={text} className="strip">
      <span className={text === repository.problem ? "dot bad" : "dot busy"} />
      <span>
        <Untrusted text={text} />
      </span>
    </div>
  ));
}

/** Nothing can be read yet: the progress over the table that will stand here. */
export function ImportingMessage({ repository }: { repository: Repository }): ReactNode {
  return (
    <div className="table-page">
      <ImportStrip repository={repository} />
      <TableSkeleton still />
    </div>
  );
}

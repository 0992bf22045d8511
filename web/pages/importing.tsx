// What a repository's page shows while it is imported.
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { type StateWords, stateWords } from "../state-words.ts";
import { ProgressBar } from "../ui/ProgressBar.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { StateLine } from "./StateNote.tsx";
import { TableSkeleton } from "./TableSkeleton.tsx";

/** How far the import is, in a line that has its room whether there is an import or not. */
function ImportProgress({ words }: { words: StateWords }): ReactNode {
  const { fraction = null } = words;
  return (
    <span className="import-progress">
      <StateLine tone={words.tone} line={words.line} />
      <ProgressBar fraction={fraction} label="Import" />
      <span className="percent dim">{fraction === null ? "" : `${Math.floor(fraction * 100)}%`}</span>
      <span className="dim details">{words.details.join(" · ")}</span>
    </span>
  );
}

/** What stands in the bar while the import goes on. */
export function BarEnd({ repository }: { repository: Repository }): ReactNode {
  const words = stateWords(repository, useNow());
  if (words.fraction !== undefined) return <ImportProgress words={words} />;
  return <span className="end" />;
}

/** How far an import is, where there is little room: the words stand in the header and below the table. */
export function ImportShare({ repository }: { repository: Repository }): ReactNode {
  const { fraction, details } = stateWords(repository, useNow());
  if (fraction === undefined) return null;
  return (
    <span className="import-progress share" title={details.map(escapeControls).join("\n")}>
      <ProgressBar fraction={fraction} label="Import" />
      <span className="dim">{fraction === null ? "" : `${Math.floor(fraction * 100)}%`}</span>
    </span>
  );
}

/** What an import is doing, in words; null when there is none. */
export function ImportDetails({ repository }: { repository: Repository }): ReactNode {
  const { fraction, details } = stateWords(repository, useNow());
  if (fraction === undefined) return null;
  return (
    <span>
      {fraction === null ? null : <span className="slim">{Math.floor(fraction * 100)}% · </span>}
      {details.join(" · ")}
    </span>
  );
}

/** Lines above the table: what a repository says of itself. */
export function NoticeStrips({ repository }: { repository: Repository }): ReactNode {
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
  const words = stateWords(repository, useNow());
  return (
    <div className="table-page">
      <div className="bar">
        <ImportProgress words={words} />
      </div>
      <TableSkeleton still />
    </div>
  );
}

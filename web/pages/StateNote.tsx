// How a repository is: a dot, a line, a bar while it is read, problems in words.
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { stateWords } from "../state-words.ts";
import { ProgressBar } from "../ui/ProgressBar.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";

/** Draws the state with all its details. */
export function StateNote({ repository }: { repository: Repository }): ReactNode {
  const words = stateWords(repository, useNow());
  return (
    <div className="state">
      <StateLine tone={words.tone} line={words.line} />
      {words.fraction === undefined ? null : (
        <ProgressBar fraction={words.fraction} label={`Import of ${escapeControls(repository.name)}`} />
      )}
      {words.details.map((detail) => (
        <div key={detail} className="dim">
          <Untrusted text={detail} />
        </div>
      ))}
    </div>
  );
}

/** Draws the dot and the line only. */
export function StateLine({ tone, line }: { tone: "good" | "busy" | "bad"; line: string }): ReactNode {
  return (
    <span className="state-line">
      <span className={tone === "good" ? "dot" : `dot ${tone}`} />
      <span>{line}</span>
    </span>
  );
}

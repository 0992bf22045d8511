// Files that hold numbers and that no rule names: offered, with a look at their keys.
import type { ReactNode } from "react";
import type { Candidate, MetricRule } from "../../src/api/contract/files.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { type FileDraft, withAdded, withRemoved } from "../file-draft.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { KeyList } from "./KeyList.tsx";

/** What the list is made of. */
export interface CandidateListProps {
  readonly candidates: readonly Candidate[];
  readonly rules: readonly MetricRule[];
  readonly draft: FileDraft;
  readonly change: (draft: FileDraft) => void;
}

/** @returns what a candidate is, in a line: "12 versions · 340 numbers" */
export function candidateWords({ paths, versions, numbers }: Candidate): string {
  const files = paths === 1 ? [] : [count(paths, "file")];
  return [...files, count(versions, "version"), `${count(numbers, "number")}${paths === 1 ? "" : " in one"}`].join(
    " · ",
  );
}

/** Draws the list; nothing when there is no candidate. */
export function CandidateList({ candidates, rules, draft, change }: CandidateListProps): ReactNode {
  if (candidates.length === 0) return null;
  return (
    <section aria-labelledby="candidates-head">
      <h2 id="candidates-head">Not read, and hold numbers</h2>
      <ul className="candidates">
        {candidates.map((candidate) => {
          const { pattern, example, paths, keys } = candidate;
          const added = draft.add.includes(pattern);
          return (
            <li key={pattern}>
              <div>
                <code>
                  <Untrusted text={pattern} />
                </code>{" "}
                <span className="dim">{candidateWords(candidate)}</span>
                {paths === 1 ? null : (
                  <div className="dim">
                    such as{" "}
                    <code>
                      <Untrusted text={example} />
                    </code>
                  </div>
                )}
                <KeyList keys={keys} />
              </div>
              <button
                type="button"
                aria-label={`${added ? "Do not read" : "Read"} ${escapeControls(pattern)}`}
                onClick={() => change(added ? withRemoved(draft, pattern) : withAdded(draft, pattern, rules))}
              >
                {added ? "Do not read" : "Read"}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

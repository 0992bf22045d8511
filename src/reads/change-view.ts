// A commit that changed a column, as the API gives it.
import type { ColumnKind } from "../domain/model.ts";
import type { RepositoryLines } from "../store/branch-page.ts";
import type { HistoryCommitFacts } from "../store/column-history.ts";
import type { StoredValue } from "./column-walk.ts";
import { apiText } from "./value-text.ts";
import { writtenTime } from "./written-time.ts";

type Plain = number | string | boolean | null;

/** A commit that changed a column. */
export interface ChangeView {
  readonly sha: string;
  readonly position: number;
  readonly authoredAt: string;
  readonly committedAt: string;
  readonly author: { readonly name: string };
  readonly subject: string;
  /** the branch whose line holds it, if any */
  readonly branches: readonly string[];
  readonly value: Plain;
  readonly before: Plain;
  readonly baseline: string | null;
}

// ES2026, which TypeScript's library does not know yet
const json = JSON as unknown as { rawJSON(text: string): unknown };

/** As the table shows it, long integers with all their digits. */
function shown({ text }: StoredValue, kind: ColumnKind): Plain {
  return json.rawJSON(apiText(text, kind)) as Plain;
}

/** @param baseline id of the commit that it is compared with */
export function changeView(
  commit: HistoryCommitFacts,
  { branches }: RepositoryLines,
  kind: ColumnKind,
  { value, before }: { readonly value: StoredValue; readonly before: StoredValue },
  baseline: string | null,
): ChangeView {
  const { sha, position, subject } = commit;
  const branch = branches.find(({ number }) => number === commit.line);
  const facts = {
    sha,
    position,
    authoredAt: writtenTime(commit.authored, commit.authoredAt),
    committedAt: writtenTime(commit.committed, commit.committedAt),
    author: { name: commit.authorName },
    subject,
    branches: branch === undefined ? [] : [branch.name],
  };
  return { ...facts, value: shown(value, kind), before: shown(before, kind), baseline };
}

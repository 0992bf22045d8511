// Rows of git_commit from a segment: what the object says, with the lines of today, from the newest down.
import type { Sha } from "../domain/model.ts";
import { commitIn, readArchivedBetween } from "../store/archived-commit.ts";
import type { NewCommit } from "../store/commit.ts";
import type { OrganizationStore } from "../store/database.ts";
import type { Lease } from "../store/lease.ts";
import type { RestoredVersions } from "./restored-versions.ts";
import { COMMIT_FACTS, type CommitOfArchive, commitsIn } from "./thawed-commits.ts";
import type { WorkRoom } from "./work-room.ts";

/** Commits of one transaction. */
const BATCH_COMMITS = 1_000;

/** Commits that are written in one transaction. */
interface RestoredBatch {
  readonly commits: readonly NewCommit[];
  /** all that are stored from this position up are among them, or are hot already */
  readonly from: number;
  /** those that no branch reaches */
  readonly marks: readonly { readonly position: number; readonly since: Date }[];
}

/** @param last only positions below it; `first` is the segment's */
export async function* restoredCommits({
  store,
  room,
  lease,
  first,
  last,
  versions,
}: {
  readonly store: OrganizationStore;
  readonly room: WorkRoom;
  readonly lease: Lease;
  readonly first: number;
  readonly last: number;
  readonly versions: RestoredVersions;
}): AsyncGenerator<RestoredBatch> {
  for (let to = last; to >= first; to -= BATCH_COMMITS) {
    const from = Math.max(first, to - BATCH_COMMITS + 1);
    const answer = await room.connection.runAndReadAll(
      `SELECT ${COMMIT_FACTS} FROM archived_commits WHERE position BETWEEN ${from} AND ${to}`,
    );
    const columns = answer.getColumnsJS() as (string | number | null)[][];
    const numbered = columns.map((column) =>
      column.map((value) => (typeof value === "bigint" ? Number(value) : value)),
    );
    const found = commitsIn({ rows: answer.currentRowCount, columns: numbered });
    const chunks = await readArchivedBetween(store, lease.repositoryId, from, to);
    const batch: { commits: NewCommit[]; marks: { position: number; since: Date }[] } = { commits: [], marks: [] };
    for (const chunk of chunks) {
      for (let position = Math.max(from, chunk.position); position <= to; position++) {
        const now = commitIn(chunk, position);
        const commit = found.get(position);
        if (now === null || commit === undefined) continue;
        const place = { ordinal: now.ordinal, line: now.line === 0 ? null : now.line };
        batch.commits.push({
          ...rowOf(commit, versions),
          ...place,
          firstParent: now.firstParent < 0 ? null : now.firstParent,
        });
        if (now.unreachableSince !== null) batch.marks.push({ position, since: now.unreachableSince });
      }
    }
    yield { ...batch, from };
  }
}

function rowOf(
  commit: CommitOfArchive,
  versions: RestoredVersions,
): Omit<NewCommit, "ordinal" | "line" | "firstParent"> {
  const { facts } = commit;
  const number = (file: number): number => versions.numberOf(file);
  return {
    position: facts.position,
    facts: {
      sha: hexOf(facts.sha),
      parents: facts.parents.map(hexOf),
      author: {
        name: facts.author_name,
        email: facts.author_email,
        written: facts.authored,
        at: timeOf(facts.authored_at),
      },
      committer: { name: facts.committer_name, email: "", written: facts.committed, at: timeOf(facts.committed_at) },
      subject: facts.subject,
    },
    files: facts.metric_file.map(number),
    baselineFiles: facts.baseline_file.map((file) => (file === null ? null : number(file))),
    baselinePositions: facts.baseline_position,
    returnedFiles: facts.returned_file?.map(number) ?? null,
    unreadFrom: facts.unread_from,
    warnedFiles: facts.warned_file?.map(number) ?? null,
    warnings: (facts.warnings as NewCommit["warnings"] | null) ?? [],
  };
}

/** Of a text that Postgres reads as bytes. */
function hexOf(bytes: string): Sha {
  return bytes.slice(2) as Sha;
}

function timeOf(text: string): number {
  return Date.parse(text.replace(" ", "T"));
}

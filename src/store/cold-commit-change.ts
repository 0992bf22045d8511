// Changes of commits that are archived, in what stays of them: lines, reachability, and that they are gone. Who reads the
// archive's objects takes these from here; the segments are marked, so that the archiver writes them anew.
import type { RepositoryId, Sha } from "../domain/model.ts";
import { markSegmentsStale } from "./archive-manifest.ts";
import { type ArchivedChunk, chunkOf, putArchived, readArchivedAt } from "./archived-commit.ts";
import type { PreparedStatement, Transaction } from "./organization-store.ts";

/** A chunk that is being changed. */
interface Draft {
  readonly chunk: ArchivedChunk;
  readonly shas: (Sha | null)[];
  readonly lines: Int32Array;
  readonly firstParents: Int32Array;
  readonly otherParents: Map<number, readonly number[]>;
  readonly unreachable: Map<number, Date>;
}

function draftOf(chunk: ArchivedChunk): Draft {
  return {
    chunk,
    shas: [...chunk.shas],
    lines: Int32Array.from(chunk.lines),
    firstParents: Int32Array.from(chunk.firstParents),
    otherParents: new Map(chunk.otherParents),
    unreachable: new Map(chunk.unreachable),
  };
}

const ANY: PreparedStatement = {
  name: "any_archived",
  text: `
  SELECT position FROM archived_commit WHERE organization_id = $1 AND repository_id = $2 AND position <= $3
  ORDER BY position LIMIT 1`,
};

/** Changes the archived ones among these positions, also those that are still in git_commit. */
async function change(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
  apply: (draft: Draft, place: number, index: number) => void,
): Promise<void> {
  if (positions.length === 0) return;
  // by far the most repositories have none
  if ((await tx.query(ANY, [repository, positions.reduce((a, b) => Math.max(a, b))])).length === 0) return;
  const drafts = new Map<number, Draft>();
  for (const chunk of await readArchivedAt(tx, repository, positions)) drafts.set(chunk.position, draftOf(chunk));
  const changed: number[] = [];
  positions.forEach((position, index) => {
    const draft = drafts.get(chunkOf(position));
    const place = position - (draft?.chunk.position ?? 0);
    if (draft === undefined || place >= draft.lines.length || (draft.shas[place] ?? null) === null) return;
    apply(draft, place, index);
    changed.push(position);
  });
  for (const draft of drafts.values()) {
    const { chunk, ...now } = draft;
    const digits = chunk.shas.find((sha) => sha !== null)?.length ?? 40;
    await putArchived(tx, repository, [{ ...chunk, ...now }], digits);
  }
  await markSegmentsStale(tx, repository, changed);
}

/** Writes the lines of archived commits among these positions; 0 is none. */
export async function setArchivedLines(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
  lines: readonly number[],
): Promise<void> {
  await change(tx, repository, positions, (draft, place, index) => {
    draft.lines[place] = lines[index] ?? 0;
  });
}

const NOW: PreparedStatement = { name: "transaction_time", text: "SELECT now() AS now, $1::bigint AS organization" };

/** Marks archived commits among these positions as reached by no branch any more, or takes the mark away. */
export async function markArchivedUnreachable(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
  unreachable: boolean,
): Promise<void> {
  if (positions.length === 0) return;
  const [row] = await tx.query<{ now: Date }>(NOW);
  await change(tx, repository, positions, (draft, place) => {
    if (unreachable) draft.unreachable.set(draft.chunk.position + place, row?.now ?? new Date());
    else draft.unreachable.delete(draft.chunk.position + place);
  });
}

const FORGET_PROBLEMS = `
  DELETE FROM archived_problem WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[])`;

/** Removes what stays of archived commits at these positions: nobody sees them from then on. */
export async function removeArchivedAt(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<void> {
  if (positions.length === 0) return;
  await change(tx, repository, positions, (draft, place) => {
    const position = draft.chunk.position + place;
    draft.shas[place] = null;
    draft.lines[place] = 0;
    draft.firstParents[place] = -1;
    draft.otherParents.delete(position);
    draft.unreachable.delete(position);
  });
  await tx.query(FORGET_PROBLEMS, [repository, positions]);
}

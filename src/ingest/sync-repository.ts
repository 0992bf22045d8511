// Brings a repository that was imported up to date: new commits, moved branches, lines. Doing it twice changes nothing.
import { ordinals } from "../domain/lines.ts";
import type { CatalogueColumn } from "../domain/model.ts";
import { haveParents } from "../git/commits.ts";
import { listRefs } from "../git/refs.ts";
import type { HistoryCommit, VersionRef } from "../history/history-batch.ts";
import { putBranches, readBranches, type StoredBranch } from "../store/branch.ts";
import { findCommits, readRoots } from "../store/commit.ts";
import { markUnreachable, readLines, setLines, unreachableCommits } from "../store/commit-line.ts";
import type { OrganizationStore, Reader, Transaction } from "../store/database.ts";
import { completeEvents, insertEvent } from "../store/event.ts";
import { putColumns } from "../store/metric-column.ts";
import { putRules } from "../store/metric-path.ts";
import { finishSync, setRepositoryState } from "../store/repository.ts";
import { type BranchChanges, branchChanges } from "./branch-changes.ts";
import { catalogueChange } from "./catalogue-change.ts";
import { freshSource, type IngestDeps, wasShallow, type Work, noticesOfRefs } from "./git-source.ts";
import { HistoryWriter, numbersFor, type StoredNumbers } from "./history-writer.ts";
import { type BranchLines, branchLines } from "./line-order.ts";
import { type NewCommits, readNewCommits } from "./new-commits.ts";
import { followTags } from "./follow-tags.ts";
import { unreachedCommits } from "./reachability.ts";

/** All that a sync found out, before anything is written. */
interface Findings {
  readonly stored: readonly StoredBranch[];
  readonly changes: BranchChanges;
  readonly commits: NewCommits;
  readonly numbers: StoredNumbers;
  /** versions of metric files that are not stored yet */
  readonly newFiles: number;
  readonly columns: readonly CatalogueColumn[];
  readonly now: BranchLines;
  /** stored commits whose line is another one now, and that line */
  readonly moved: { readonly positions: number[]; readonly lines: number[] };
}

/**
 * Brings a leased repository up to date with its remote and answers all its waiting events.
 * @throws TidemarkError `lease-lost`, and those of reading from git and writing to Postgres
 */
export async function syncRepository(deps: IngestDeps, work: Work): Promise<void> {
  const { lease, repository, signal } = work;
  const store = deps.database.worker.in(lease.organizationId);
  await store.write((tx) => setRepositoryState(tx, lease, "syncing", null));
  const { git, tags, notices: told } = await freshSource(deps, work);
  await followTags(store, lease, tags);
  if (wasShallow(repository) && (await haveParents(git, await readRoots(store, repository.id)))) {
    // older commits belong before all others: the import of this event begins anew when it sees them
    await store.write(async (tx) => {
      await insertEvent(tx, repository.id, "import");
      await completeEvents(tx, work.events, null);
      await finishSync(tx, lease, { defaultBranch: repository.defaultBranch, notices: told, changed: false });
    });
    return;
  }
  const refs = await listRefs(git);
  const notices = [...told, ...noticesOfRefs(refs)];
  const stored = await readBranches(store, repository.id);
  const changes = branchChanges(stored, refs, (deps.now ?? Date.now)());
  const end = { defaultBranch: refs.head ?? repository.defaultBranch, notices };
  if (!changes.changed && end.defaultBranch === repository.defaultBranch) {
    await store.write(async (tx) => {
      await completeEvents(tx, work.events, { commits: 0, files: 0 });
      await finishSync(tx, lease, { ...end, changed: false });
    });
    return;
  }
  const commits = await readNewCommits(store, git, { repository: repository.id, stored, changes, signal });
  const findings = await findOut(store, work, { stored, changes, commits, defaultBranch: end.defaultBranch });
  signal.throwIfAborted();
  await store.write(async (tx) => {
    await writeFindings(tx, work, findings);
    await completeEvents(tx, work.events, { commits: commits.commits.length, files: findings.newFiles });
    await finishSync(tx, lease, { ...end, notices: [...notices, ...commits.notices], changed: true });
  });
}

async function findOut(
  store: OrganizationStore,
  { repository: { id } }: Work,
  found: Pick<Findings, "stored" | "changes" | "commits"> & { readonly defaultBranch: string | null },
): Promise<Findings> {
  const { commits, changes } = found;
  const first = commits.firstPosition;
  const size = first + commits.commits.length;
  const before = await readLines(store, id, size);
  for (const { position, firstParent } of commits.commits) before.firstParent[position] = firstParent;
  const depth = ordinals(before.firstParent);
  const headed = await placeHeads(store, id, changes, commits);
  const now = branchLines(headed, found.defaultBranch, before.firstParent, (position) => depth[position] as number);
  const moved: Findings["moved"] = { positions: [], lines: [] };
  for (let position = 0; position < first; position++) {
    if (now.lines[position] === before.line[position]) continue;
    moved.positions.push(position);
    moved.lines.push(now.lines[position] as number);
  }
  const numbers = await numbersFor(store, id, commits.versions);
  const isStored = (version: VersionRef): boolean => numbers.files.find(version) !== null;
  const newFiles = commits.versions.filter((version) => !isStored(version)).length;
  const columns = await catalogueChange(store, id, commits, isStored);
  return { ...found, numbers, newFiles, columns, now, moved };
}

/** Finds the position of every branch's head. A head that is not stored any more leaves its branch out. */
async function placeHeads(
  reader: Reader,
  repository: Work["repository"]["id"],
  { branches }: BranchChanges,
  commits: NewCommits,
): Promise<(BranchChanges["branches"][number] & { headPosition: number })[]> {
  const known = await findCommits(
    reader,
    repository,
    branches.map(({ head }) => head),
  );
  const positions = new Map<string, number>(known.map(({ sha, position }) => [sha, position]));
  for (const { facts, position } of commits.commits) positions.set(facts.sha, position);
  return branches.flatMap((branch) => {
    const headPosition = positions.get(branch.head);
    return headPosition === undefined ? [] : [{ ...branch, headPosition }];
  });
}

async function writeFindings(tx: Transaction, work: Work, findings: Findings): Promise<void> {
  const { id } = work.repository;
  const { commits, now, numbers, columns, moved, stored } = findings;
  if (commits.commits.length > 0) {
    const lined = commits.commits.map(
      (commit): HistoryCommit => ({ ...commit, line: now.lines[commit.position] ?? 0 }),
    );
    const batch = { commits: lined, versions: commits.versions, identities: commits.identities };
    const rows = new HistoryWriter(work.lease, numbers, "keep");
    await rows.write(tx, rows.prepare(batch));
    await putColumns(tx, id, columns);
  }
  await setLines(tx, id, moved.positions, moved.lines);
  const before = new Map(stored.map((branch) => [branch.number, branch]));
  await putBranches(
    tx,
    id,
    now.branches.filter((branch) => !isSame(branch, before.get(branch.number))),
  );
  await markReachability(tx, work, findings);
  if (commits.newRules.length > 0) {
    await putRules(tx, id, commits.newRules);
    await insertEvent(tx, id, "import"); // older commits may have what the new rules name: they are read once more
  }
}

/** Marks what no branch reaches any more, and takes the mark from what one reaches again. */
async function markReachability(
  tx: Transaction,
  work: Work,
  { commits, now, stored, changes }: Findings,
): Promise<void> {
  const { id } = work.repository;
  const live = now.branches.filter(({ state }) => state === "live").map(({ headPosition }) => headPosition);
  const reachedHeads = new Set([...live, ...commits.storedParents]);
  const marked = new Set(await unreachableCommits(tx, id));
  const returned = [...reachedHeads].some((position) => marked.has(position));
  const left = stored
    .filter(({ head, headPosition }) => changes.left.includes(head) && !reachedHeads.has(headPosition))
    .map(({ headPosition }) => headPosition);
  if (left.length === 0 && !returned) return;
  const unreached = new Set(await unreachedCommits(tx, id, { heads: live, asked: [...left, ...marked] }));
  const lost = [...unreached].filter((position) => !marked.has(position));
  const found = [...marked].filter((position) => !unreached.has(position));
  await markUnreachable(tx, id, lost, true);
  await markUnreachable(tx, id, found, false);
}

function isSame(branch: StoredBranch, before: StoredBranch | undefined): boolean {
  return (
    before !== undefined &&
    branch.head === before.head &&
    branch.headPosition === before.headPosition &&
    branch.state === before.state &&
    branch.fork?.branch === before.fork?.branch &&
    branch.fork?.ordinal === before.fork?.ordinal
  );
}

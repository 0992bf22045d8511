// Brings a repository that was imported up to date: new commits, moved branches, lines. Doing it twice changes nothing.
import { isDeepStrictEqual } from "node:util";
import { type BranchLook, STANDARD_CHOICE } from "../domain/branch-choice.ts";
import type { CatalogueColumn, Sha } from "../domain/model.ts";
import { haveParents, readFacts } from "../git/commits.ts";
import { knownSize } from "../git/mirror-use.ts";
import { digestOf, refsDigest } from "../git/ref-digest.ts";
import { listRefs } from "../git/refs.ts";
import type { GitRepository } from "../git/repository.ts";
import type { HistoryCommit, VersionRef } from "../history/history-batch.ts";
import { type HeadFacts, putBranches, readBranches, setHeadFacts, type StoredBranch } from "../store/branch.ts";
import { readBranchChoice, setBranchLook } from "../store/branch-choice.ts";
import { findCommits, readRoots } from "../store/commit.ts";
import { markUnreachable, setLines } from "../store/commit-line.ts";
import type { OrganizationStore, Reader, Transaction } from "../store/database.ts";
import { insertOwnEvent, type MovedHead } from "../store/event.ts";
import type { Lease } from "../store/lease.ts";
import { putColumns } from "../store/metric-column.ts";
import { putRules } from "../store/metric-path.ts";
import { recordCompared } from "../store/poll.ts";
import { finishSync, setRepositoryState } from "../store/repository.ts";
import { type BranchChanges, branchChanges } from "./branch-changes.ts";
import { catalogueBase } from "./catalogue-base.ts";
import { catalogueChange } from "./catalogue-change.ts";
import {
  assertSameRepository,
  type FreshSource,
  freshSource,
  type IngestDeps,
  noticesOfRefs,
  noticesOfRoots,
  wasShallow,
  type Work,
} from "./git-source.ts";
import { HistoryWriter, numbersFor, type StoredNumbers } from "./history-writer.ts";
import { type LinesAfter, linesAfter } from "./lines-after.ts";
import { deletionRule, keepMissing, keepsDefault, missingWords } from "./missing-branches.ts";
import { type NewCommits, readNewCommits } from "./new-commits.ts";
import { answersTo, answersWithoutRefs, settleEvents } from "./event-answers.ts";
import { followTags } from "./follow-tags.ts";
import { type ReachChange, reachChange } from "./reachability.ts";
import { movedWithReplaced } from "./replaced-commits.ts";
import { StoredPast } from "../archive/stored-past.ts";
import { type FolderQuestion, isUnchanged } from "./unchanged-folder.ts";

/** All that a sync found out, before anything is written. */
interface Findings {
  readonly stored: readonly StoredBranch[];
  readonly changes: BranchChanges;
  readonly commits: NewCommits;
  readonly numbers: StoredNumbers;
  /** versions of metric files that are not stored yet */
  readonly newFiles: number;
  /** of those, the ones with a problem or a warning */
  readonly newWarnings: number;
  readonly columns: readonly CatalogueColumn[];
  readonly reach: ReachChange;
  readonly now: LinesAfter;
  readonly heads: readonly MovedHead[];
  /** of branches that moved to commits that have left Postgres */
  readonly headFacts: readonly HeadFacts[];
}

/**
 * Brings a leased repository up to date with its remote and answers all its waiting events.
 * @returns whether a branch was made, moved or removed, or is followed or not followed any more
 * @throws TidemarkError `lease-lost`, and those of reading from git and writing to Postgres
 */
export async function syncRepository(deps: IngestDeps, work: Work): Promise<boolean> {
  const { lease, repository, signal } = work;
  const store = deps.database.worker.in(lease.organizationId);
  await store.write((tx) => setRepositoryState(tx, lease, "syncing", null), { durable: false });
  const source = await freshSource(deps, work, { withFiles: true });
  const { git, tags, seen, notices: told } = source;
  const roots = git.shallow || wasShallow(repository) ? await readRoots(store, repository.id) : [];
  if (wasShallow(repository) && (await haveParents(git, roots))) {
    await followTags(store, lease, tags);
    await importAnew(store, work, told);
    return false;
  }
  // git and Postgres at once: none needs what another says
  const known = Promise.all([readBranches(store, repository.id), readBranchChoice(store, repository.id)]);
  if (await isDoneWithFolder(deps, work, source, known)) return false;
  const [refs, [stored, chosen]] = await Promise.all([listRefs(git), known, followTags(store, lease, tags)]);
  const noticesWith = async (more: readonly Sha[]): Promise<string[]> => [
    ...(await noticesOfRoots(git, told, [...roots, ...more])),
    ...noticesOfRefs(refs),
  ];
  const answers = await answersTo(work.events, { git, refs, tags, stored });
  const { choice, look } = chosen ?? { choice: STANDARD_CHOICE, look: null };
  const now = (deps.now ?? Date.now)();
  const isDeleted = deletionRule(work);
  const changes = branchChanges(stored, refs, { now, choice, before: look?.choice ?? null, isDeleted });
  const stays = keepsDefault({ stored, missing: changes.missing }, repository.defaultBranch, seen?.head ?? null);
  const defaultBranch = stays ? repository.defaultBranch : (refs.head ?? repository.defaultBranch);
  const compared = {
    at: new Date(now),
    refs: digestOf(seen, git, refs),
    mirrorBytes: git.kind === "local" ? null : await knownSize({ root: deps.mirrors, id: repository.id }),
  };
  const keepCompared = async (tx: Transaction): Promise<void> => {
    await keepMissing(tx, work, stored, changes);
    await recordCompared(tx, repository.id, compared);
  };
  if (!changes.changed && defaultBranch === repository.defaultBranch) {
    const notices = await noticesWith([]);
    await store.write(async (tx) => {
      const changed = await keepLook(tx, lease, changes.look, look);
      await keepCompared(tx);
      await settleEvents(tx, answers, { commits: 0, files: 0 }, missingWords(stored, changes));
      await finishSync(tx, lease, { defaultBranch, notices, changed });
    });
    return !isDeepStrictEqual(changes.look, look);
  }
  const past = await StoredPast.open(store, repository.id, deps.archive, signal);
  const commits = await readNewCommits(past, git, { stored, changes, signal });
  const newRoots = commits.commits.filter(({ firstParent }) => firstParent < 0).map(({ facts }) => facts.sha);
  if (newRoots.length > 0) await assertSameRepository(deps, work);
  const found = await findOut(past, work, { stored, changes, commits, defaultBranch });
  const findings = { ...found, headFacts: await factsOfHeads(git, found, past.hotFrom) };
  const notices = [...(await noticesWith(newRoots)), ...commits.notices];
  signal.throwIfAborted();
  await store.write(async (tx) => {
    await writeFindings(tx, work, findings);
    await keepLook(tx, lease, changes.look, look);
    await keepCompared(tx);
    const { newFiles: files, newWarnings: warnings, heads } = findings;
    const brought = { commits: commits.commits.length, files, warnings, heads };
    await settleEvents(tx, answers, brought, missingWords(stored, changes));
    await finishSync(tx, lease, { defaultBranch, notices, changed: true });
  });
  return true;
}

/** Answers the events of a folder in which nothing is new, when the list of its refs tells that. @returns whether it does */
async function isDoneWithFolder(
  deps: IngestDeps,
  work: Work,
  { git, tags, seen, notices }: FreshSource,
  known: Promise<[StoredBranch[], FolderQuestion["chosen"]]>,
): Promise<boolean> {
  const { lease, repository, events } = work;
  if (git.kind !== "local" || git.shallow || wasShallow(repository) || seen === null) return false;
  const [stored, chosen] = await known;
  const named = events.flatMap((event) => event.named ?? []);
  const { defaultBranch } = repository;
  if (!isUnchanged({ seen, stored, chosen, named, defaultBranch })) return false;
  const store = deps.database.worker.in(lease.organizationId);
  await followTags(store, lease, tags);
  const at = new Date((deps.now ?? Date.now)());
  await store.write(async (tx) => {
    await recordCompared(tx, repository.id, { at, refs: refsDigest(seen), mirrorBytes: null });
    await settleEvents(tx, answersWithoutRefs(events), { commits: 0, files: 0 });
    await finishSync(tx, lease, { defaultBranch, notices, changed: false });
  });
  return true;
}

/** Older commits belong before all others: the import of this event begins anew when it sees them. */
async function importAnew(store: OrganizationStore, work: Work, notices: readonly string[]): Promise<void> {
  const { lease, repository } = work;
  await store.write(async (tx) => {
    await insertOwnEvent(tx, repository.id, "import", "older-commits");
    await settleEvents(tx, answersWithoutRefs(work.events), null);
    await finishSync(tx, lease, { defaultBranch: repository.defaultBranch, notices, changed: false });
  });
}

/** @returns whether it is another one than the last */
async function keepLook(tx: Transaction, lease: Lease, look: BranchLook, last: BranchLook | null): Promise<boolean> {
  if (isDeepStrictEqual(look, last)) return false;
  await setBranchLook(tx, lease, look);
  return true;
}

async function findOut(
  past: StoredPast,
  { repository, signal }: Work,
  found: Pick<Findings, "stored" | "changes" | "commits"> & { readonly defaultBranch: string | null },
): Promise<Omit<Findings, "headFacts">> {
  const { id } = repository;
  const { reader: store } = past;
  const { commits, changes } = found;
  const first = commits.firstPosition;
  const question = {
    stored: found.stored,
    branches: await placeHeads(store, id, found),
    defaultBranch: { before: repository.defaultBranch, now: found.defaultBranch },
    added: commits.commits,
  };
  const [now, numbers] = await Promise.all([
    linesAfter(store, id, question, first),
    numbersFor(store, id, commits.versions),
  ]);
  const numberOf = (version: VersionRef): number | null => numbers.files.find(version);
  const fresh = commits.versions.filter((version) => numberOf(version) === null);
  const live = now.branches.filter(({ state }) => state === "live").map(({ headPosition }) => headPosition);
  const reachedHeads = new Set([...live.filter((position) => position < first), ...commits.storedParents]);
  const reach = await reachChange(store, id, { stored: found.stored, left: changes.left, reachedHeads });
  const known = commits.versions.flatMap((version) => numberOf(version) ?? []);
  const base = await catalogueBase(past, reach, known, signal);
  const newest = Math.max(-1, ...live);
  const columns = await catalogueChange(past, commits, { ...base, newest, numberOf }, signal);
  const counts = { newFiles: fresh.length, newWarnings: fresh.filter(isWarned).length };
  const heads = await movedWithReplaced(store, id, { stored: found.stored, now: now.branches, commits });
  return { ...found, numbers, ...counts, columns, reach, now, heads };
}

/** Finds the position of every branch's head. A head that is not stored any more leaves its branch out. */
async function placeHeads(
  reader: Reader,
  repository: Work["repository"]["id"],
  { stored, changes, commits }: Pick<Findings, "stored" | "changes" | "commits">,
): Promise<(BranchChanges["branches"][number] & { headPosition: number })[]> {
  const positions = new Map<string, number>(commits.commits.map(({ facts, position }) => [facts.sha, position]));
  // what a branch reaches is stored; of a deleted one it may be gone
  for (const { head, headPosition, state } of stored) if (state === "live") positions.set(head, headPosition);
  const others = changes.branches.flatMap(({ head }) => (positions.has(head) ? [] : [head]));
  const known = others.length === 0 ? [] : await findCommits(reader, repository, others);
  for (const { sha, position } of known) positions.set(sha, position);
  return changes.branches.flatMap((branch) => {
    const headPosition = positions.get(branch.head);
    return headPosition === undefined ? [] : [{ ...branch, headPosition }];
  });
}

async function writeFindings(tx: Transaction, work: Work, findings: Findings): Promise<void> {
  const { id } = work.repository;
  const { commits, now, numbers, columns, stored, reach } = findings;
  if (commits.commits.length > 0) {
    const lined = commits.commits.map((commit): HistoryCommit => ({ ...commit, line: now.lineOf(commit.position) }));
    const batch = { commits: lined, versions: commits.versions, identities: commits.identities };
    const rows = new HistoryWriter(work.lease, numbers, "keep");
    await rows.write(tx, rows.prepare(batch));
  }
  await markUnreachable(tx, id, reach.lost, true);
  await markUnreachable(tx, id, reach.found, false);
  await putColumns(tx, id, columns);
  await setLines(tx, id, now.moved.positions, now.moved.lines);
  const before = new Map(stored.map((branch) => [branch.number, branch]));
  await putBranches(
    tx,
    id,
    now.branches.filter((branch) => !isSame(branch, before.get(branch.number))),
  );
  await setHeadFacts(tx, id, findings.headFacts);
  if (commits.newRules.length > 0) {
    await putRules(tx, id, commits.newRules);
    await insertOwnEvent(tx, id, "import", "files-named"); // older commits may have them: they are read once more
  }
}

/** Of branches that moved to commits that have left Postgres: lists name those without the archive. */
async function factsOfHeads(
  git: GitRepository,
  { stored, now }: Pick<Findings, "stored" | "now">,
  hotFrom: number,
): Promise<HeadFacts[]> {
  const before = new Map(stored.map(({ number, head }) => [number, head]));
  const cold = now.branches.filter(
    ({ number, head, state, headPosition }) =>
      state === "live" && headPosition < hotFrom && before.get(number) !== head,
  );
  const facts: HeadFacts[] = [];
  if (cold.length === 0) return facts;
  const bySha = Map.groupBy(cold, ({ head }) => head);
  for await (const { sha, subject, committer } of readFacts(git, bySha.keys())) {
    const committed = { subject, committed: committer.written, committedAt: new Date(committer.at) };
    for (const { number } of bySha.get(sha) ?? []) facts.push({ number, ...committed });
  }
  return facts;
}

function isWarned({ reading }: NewCommits["versions"][number]): boolean {
  return reading.problem !== null || reading.warnings.length > 0;
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

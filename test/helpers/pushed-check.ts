// What must be stored and shown of a repository after pushes, by plain git and the rules of what is kept for how long.
import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import type { RepositoryId } from "../../src/domain/model.ts";
import { expireHistory, keptSince } from "../../src/ingest/expire-history.ts";
import { readBranchList } from "../../src/reads/branches.ts";
import { readColumn } from "../../src/reads/column-catalogue.ts";
import { readColumnBest } from "../../src/reads/column-changes.ts";
import { readCommitPage } from "../../src/reads/commit-page.ts";
import { readCommit } from "../../src/reads/commit-detail.ts";
import { readEventPage } from "../../src/reads/events.ts";
import { createReads, type Reads } from "../../src/reads/reads.ts";
import { readRepositoryView } from "../../src/reads/repository-list.ts";
import { releaseLease, takeExpiredLease } from "../../src/store/lease.ts";
import { removeRepository } from "../../src/workspace/remove-repository.ts";
import { checkColumns, checkFreshColumns } from "./column-oracle.ts";
import { checkHistory, HistoryOracle } from "./history-oracle.ts";
import type { IngestBench } from "./ingest-bench.ts";
import type { PushedRepository } from "./pushed-repository.ts";
import { readStoredHistory, type StoredHistory } from "./stored-history.ts";

const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;
/** Repositories of which something goes at once: far more than there are. */
const MOST_REMOVALS = 100;

interface Page {
  readonly commits: readonly {
    readonly sha: string;
    readonly values: readonly unknown[];
    readonly best: readonly boolean[];
    readonly unreachableSince?: string;
  }[];
  readonly nextCursor: string | null;
}

/** Follows one repository, and says after each sync what must be there. */
export class PushedCheck {
  readonly #bench: IngestBench;
  readonly #pushed: PushedRepository;
  readonly #repository: RepositoryId;
  readonly #oracle: HistoryOracle;
  readonly #reads: Reads;
  #day = 0;
  #default: string | null = null;
  /** commits that are stored, and since which day no branch reaches each; null: one does */
  readonly #commits = new Map<string, number | null>();
  /** deleted branches: last head, and the day */
  readonly #deleted = new Map<string, { readonly head: string; readonly day: number }>();
  #live: ReadonlyMap<string, string> = new Map();
  readonly #positions = new Map<string, number>();
  /** that were checked */
  readonly #events = new Set<string>();

  constructor(bench: IngestBench, pushed: PushedRepository, repository: RepositoryId) {
    this.#bench = bench;
    this.#pushed = pushed;
    this.#repository = repository;
    this.#oracle = new HistoryOracle(pushed.folder);
    this.#reads = createReads(bench.database.database);
  }

  /** Checks everything after a sync, or an import, of the branches as they are now. */
  async synced(): Promise<StoredHistory> {
    const heads = this.#pushed.heads();
    for (const [name, head] of this.#live) {
      if (!heads.has(name)) this.#deleted.set(name, { head, day: this.#day });
    }
    for (const name of heads.keys()) this.#deleted.delete(name);
    this.#live = heads;
    const reached = new Set(heads.size === 0 ? [] : this.#oracle.list(...heads.values()));
    for (const [sha, since] of this.#commits) if (!reached.has(sha)) this.#commits.set(sha, since ?? this.#day);
    for (const sha of reached) this.#commits.set(sha, null);
    this.#default = this.#defaultOf(heads) ?? this.#default;
    await this.#checkReplaced();
    return this.check();
  }

  /** Every event that moved a branch says how many commits left it: what plain git counts. */
  async #checkReplaced(): Promise<void> {
    const { events } = await readEventPage(this.#reads, this.#bench.organization, this.#repository, { limit: 200 });
    for (const { id, heads } of events.filter((event) => !this.#events.has(event.id))) {
      this.#events.add(id);
      for (const { branch, old, new: head, replaced } of heads ?? []) {
        const left = old === null || head === null ? null : this.#oracle.list(old, `^${head}`).length;
        assert.equal(replaced, left, `commits that left ${branch} between ${old} and ${head}`);
      }
    }
  }

  /** Lets days go by, and has the worker remove what has been kept long enough. */
  async daysGoBy(days: number): Promise<StoredHistory> {
    this.#day += days;
    const { owner, system } = this.#bench.database.database;
    const back = `- ${days} * interval '1 day' WHERE repository_id = $1`;
    await owner.query(`UPDATE git_commit SET unreachable_since = unreachable_since ${back}`, [this.#repository]);
    await owner.query(`UPDATE git_branch SET deleted_at = deleted_at ${back}`, [this.#repository]);
    const time = keptSince(Date.now());
    for (let removals = 0; ; removals += 1) {
      const lease = await takeExpiredLease(system, "bench", time);
      if (lease === null) break;
      assert.ok(removals < MOST_REMOVALS, "what was removed is to be removed again");
      const removed = await expireHistory(this.#bench.deps, lease, time, new AbortController().signal);
      assert.ok(removed, "a lease was taken for something");
      await this.#bench.store.write((tx) => releaseLease(tx, lease));
    }
    const isOver = (day: number): boolean => this.#day - day > KEPT_DAYS;
    for (const [sha, since] of this.#commits) {
      if (since === null || !isOver(since)) continue;
      this.#commits.delete(sha);
      this.#positions.delete(sha);
    }
    for (const [name, { day }] of this.#deleted) if (isOver(day)) this.#deleted.delete(name);
    return this.check();
  }

  async check(): Promise<StoredHistory> {
    const stored = await readStoredHistory(this.#bench.store, this.#repository);
    assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
    assert.deepEqual(stored.commits.map(({ sha }) => sha).sort(), [...this.#commits.keys()].sort(), "stored commits");
    checkHistory(stored, this.#oracle, this.#live, { mayHaveHoles: true });
    const shas = new Map<number, string>(stored.commits.map(({ position, sha }) => [position, sha]));
    for (const commit of stored.commits) {
      const { sha, position, unreachable } = commit;
      this.#oracle.check(commit, (at) => shas.get(at) ?? "none");
      assert.equal(unreachable, this.#commits.get(sha) !== null, `mark of ${sha}`);
      assert.equal(this.#positions.get(sha) ?? position, position, `position of ${sha} stays`);
      this.#positions.set(sha, position);
    }
    const deleted = [...stored.branches].filter(([, { state }]) => state === "deleted");
    assert.deepEqual(
      new Map(deleted.map(([name, { head }]) => [name, head])),
      new Map([...this.#deleted].sort(byName).map(([name, { head }]) => [name, head])),
      "deleted branches",
    );
    assert.equal(stored.repository["default_branch"], this.#default, "default branch");
    await this.#checkLines(stored);
    checkColumns(stored);
    await this.#checkBest(stored);
    await this.#checkPages(stored);
    return stored;
  }

  /** Checks that an import of the branches as they are now gives the same columns. */
  async checkFresh(): Promise<void> {
    if (this.#live.size === 0) return;
    const folder = `${this.#pushed.folder}-fresh`; // a folder is followed once
    await cp(this.#pushed.folder, folder, { recursive: true });
    const id = await this.#bench.add({ folder });
    const fresh = await readStoredHistory(this.#bench.store, id);
    checkFreshColumns(await readStoredHistory(this.#bench.store, this.#repository), fresh);
    await removeRepository(this.#bench.deps, this.#bench.organization, id);
    await rm(folder, { recursive: true });
  }

  /** The catalogue's answer, the list of best commits, the marks in rows and the filter tell one truth. */
  async #checkBest({ columns, commits }: StoredHistory): Promise<void> {
    const organization = this.#bench.organization;
    const shas = new Map(commits.map(({ position, sha }) => [position, sha]));
    for (const row of columns as readonly Readonly<Record<string, unknown>>[]) {
      if (row["goal"] === null) continue;
      const id = `${String(row["path"])}:${String(row["key"])}`;
      const best = shas.get(row["best_position"] as number) ?? null;
      const told = await readColumn(this.#reads, organization, this.#repository, id);
      assert.deepEqual([told.best?.value ?? null, told.best?.sha ?? null], [row["best_value"], best], id);
      const list = await readColumnBest(this.#reads, organization, this.#repository, id, { limit: 1 });
      const first: unknown = JSON.parse(JSON.stringify(list.commits[0]?.value ?? null));
      assert.equal(first, row["best_value"], `list of the best of ${id}`);
      const mark = (row["changes"] as number) > 0 && best !== null ? [best] : [];
      const where = `best(${JSON.stringify(id)}) = true`;
      const found = await this.#page({ columns: [id], view: "all", limit: 100, where });
      assert.deepEqual(
        found.commits.map(({ sha }) => sha),
        mark,
        where,
      );
      const all = await this.#page({ columns: [id], view: "all", limit: 100 });
      const marked = all.commits.filter(({ best: isBest }) => isBest[0] === true).map(({ sha }) => sha);
      if (all.nextCursor === null) assert.deepEqual(marked, mark, `marks of ${id}`);
    }
  }

  /** `HEAD` if it is there, else main, master, the newest. */
  #defaultOf(heads: ReadonlyMap<string, string>): string | null {
    const named = [this.#pushed.headName(), "main", "master"].find((name) => heads.has(name));
    if (named !== undefined) return named;
    const at = (sha: string): number => Number(this.#oracle.list("--timestamp", "--no-walk", sha)[0]?.split(" ")[0]);
    let newest: string | null = null;
    for (const [name, sha] of [...heads].sort(byName)) {
      if (newest === null || at(sha) > at(heads.get(newest) as string)) newest = name;
    }
    return newest;
  }

  #headOf(name: string): string {
    return this.#live.get(name) ?? (this.#deleted.get(name)?.head as string);
  }

  /** Claims by the rule: the default branch, the other live ones in the order they were first seen, the deleted ones. */
  async #checkLines(stored: StoredHistory): Promise<void> {
    const rows = await this.#bench.store.query<{ name: string }>(
      "SELECT name FROM git_branch WHERE organization_id = $1 AND repository_id = $2 ORDER BY number",
      [this.#repository],
    );
    const rank = (name: string): number => (!this.#live.has(name) ? 2 : name === this.#default ? 0 : 1);
    const order = rows.map(({ name }) => name).toSorted((a, b) => rank(a) - rank(b));
    const owners = new Map<string, string>();
    for (const name of order) {
      const line = this.#oracle.list("--first-parent", this.#headOf(name));
      const end = line.findIndex((sha) => owners.has(sha));
      for (const sha of end === -1 ? line : line.slice(0, end)) owners.set(sha, name);
      const fork = end === -1 ? null : { branch: owners.get(line[end] as string), ordinal: line.length - end - 1 };
      assert.deepEqual(stored.branches.get(name)?.fork, fork, `fork of ${name}`);
    }
    for (const { sha, line } of stored.commits) assert.equal(line, owners.get(sha) ?? null, `line of ${sha}`);
  }

  /** What a person sees: the list of branches, each branch's page, what is opened first, the repository's own entry. */
  async #checkPages(stored: StoredHistory): Promise<void> {
    const organization = this.#bench.organization;
    const {
      answer: { branches },
    } = await readBranchList(this.#reads, organization, this.#repository);
    assert.deepEqual(
      branches.map(({ name, head, state }) => [name, head, state]).sort(byName),
      [...stored.branches].map(([name, { head, state }]) => [name, head, state]).sort(byName),
      "branches of the page",
    );
    const shown = this.#live.has(this.#default ?? "") ? this.#default : null;
    assert.deepEqual(
      branches.filter((branch) => branch.default).map(({ name }) => name),
      shown === null ? [] : [shown],
    );
    const hasColumn = stored.versions.some(({ path, values }) => path === "metrics.json" && values?.has("loss"));
    for (const { name } of branches) await this.#checkPage(name, hasColumn);
    const opened = shown ?? branches.find(({ state }) => state === "live")?.name;
    const first = (await this.#page({ columns: [], limit: 100 })).commits.map(({ sha }) => sha);
    const expected =
      opened === undefined ? [] : this.#oracle.list("--first-parent", this.#headOf(opened)).slice(0, 100);
    assert.deepEqual(first, expected, "what is opened first");
    const view = await readRepositoryView(this.#reads, organization, this.#repository);
    assert.equal(view.latest?.sha ?? null, shown === null ? null : this.#headOf(shown), "latest commit");
    assert.equal(view.branches, this.#live.size);
    assert.equal(view.commits, stored.commits.filter(({ unreachable }) => !unreachable).length, "commits are counted");
    await this.#checkMarks(stored);
  }

  /** A commit that no branch reaches says since when. */
  async #checkMarks(stored: StoredHistory): Promise<void> {
    for (const { sha, unreachable } of stored.commits) {
      const { answer } = await readCommit(this.#reads, this.#bench.organization, this.#repository, sha);
      const days = (Date.now() - Date.parse(answer.unreachableSince ?? "")) / DAY_MS;
      const expected = unreachable ? this.#day - (this.#commits.get(sha) as number) : NaN;
      assert.equal(Math.floor(days), expected, `days that no branch has ${sha}`);
    }
  }

  async #checkPage(branch: string, hasColumn: boolean): Promise<void> {
    const line = this.#oracle.list("--first-parent", this.#headOf(branch));
    const columns = hasColumn ? ["metrics.json:loss"] : [];
    const rows: Page["commits"][number][] = [];
    for (let cursor: string | undefined; rows.length <= line.length; ) {
      const page = await this.#page({ branch, columns, limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      rows.push(...page.commits);
      for (const { sha, unreachableSince } of page.commits)
        assert.equal(unreachableSince !== undefined, this.#commits.get(sha) !== null, `mark of the row of ${sha}`);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    assert.deepEqual(
      rows.map(({ sha }) => sha),
      line,
      `page of ${branch}`,
    );
    if (!hasColumn) return;
    for (const { sha, values } of rows) {
      const value = this.#oracle.filesOf(sha).get("metrics.json")?.values?.get("loss") ?? null;
      assert.equal(values[0], value, `cell of ${sha}`);
    }
  }

  async #page(query: Parameters<typeof readCommitPage>[3]): Promise<Page> {
    const { text } = await readCommitPage(this.#reads, this.#bench.organization, this.#repository, query);
    return JSON.parse(text) as Page;
  }
}

function byName([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}

// What the HTTP API says of a repository against the slow reading of it: branches, lines, commits, values, problems.
import assert from "node:assert/strict";
import type { TestPerson } from "./api-server.ts";
import { pick, type Random } from "./seeded-random.ts";
import type { SlowRepository } from "./slow-repository.ts";

/** Columns of one page that are compared. */
const COLUMNS = 30;

/** An answer in which every number is as it was sent. */
interface Detail {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly subject: string;
  readonly author: { readonly name: string };
  readonly authoredAt: string;
  readonly committedAt: string;
  readonly files: readonly {
    readonly path: string;
    readonly version: string;
    readonly size: string;
    readonly changed: boolean;
    readonly problem: { readonly reason: string } | null;
  }[];
  readonly removed: readonly string[];
  readonly values: readonly { readonly column: string; readonly value: Sent; readonly baseline: Sent }[];
}

interface Row {
  readonly sha: string;
  readonly subject: string;
  readonly values: readonly Sent[];
  readonly baselineValues: readonly Sent[];
  readonly gone: readonly string[];
  readonly removed: readonly string[];
}

interface Page {
  readonly columns: readonly { readonly id: string; readonly path: string; readonly key: string }[];
  readonly commits: readonly Row[];
  readonly nextCursor: string | null;
}

/** A value as it was read. */
type Sent = SentNumber | string | boolean | null;

/** A number: of an integer every digit as it was sent, of another one its shortest form. */
class SentNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = /^-?\d+$/.test(text) ? text : JSON.stringify(Number(text));
  }
}

/** Compares one repository, again and again. */
export class WholeWayCheck {
  readonly #person: Pick<TestPerson, "fetch">;
  readonly #name: string;
  readonly #slow: SlowRepository;
  readonly #stored = new Set<string>();

  constructor(person: Pick<TestPerson, "fetch">, name: string, slow: SlowRepository) {
    this.#person = person;
    this.#name = name;
    this.#slow = slow;
  }

  /**
   * After an import or a sync.
   * @param random chooses the columns of pages
   * @param sawAll whether it was called after each: else there may be columns of commits that a branch had for a moment
   */
  async check(random: Random, sawAll = true): Promise<void> {
    const heads = this.#slow.heads();
    const { branches } = await this.#get<{ branches: { name: string; head: string; state: string }[] }>("/branches");
    const live = branches.filter(({ state }) => state === "live").map(({ name, head }) => [name, head] as const);
    assert.deepEqual(new Map(live.sort(byName)), new Map([...heads].sort(byName)), "branches");
    const reachable = this.#slow.reachable([...heads.values()]);
    this.#slow.load(reachable);
    for (const sha of reachable) {
      this.#stored.add(sha);
      await this.#checkCommit(sha);
    }
    const columns = await this.#checkCatalogue(sawAll);
    for (const [name, head] of heads) {
      const some = columns.length === 0 ? [] : Array.from({ length: COLUMNS }, () => pick(random, columns));
      await this.#checkLine(name, head, [...new Set(some)]);
    }
    await this.#checkMissing(reachable);
  }

  async #checkCommit(sha: string): Promise<void> {
    const { parents, told, files } = this.#slow.commit(sha);
    const found = await this.#get<Detail>(`/commits/${sha}`);
    assert.deepEqual([found.sha, found.parents], [sha, parents]);
    const times = [found.authoredAt, found.committedAt].map(Date.parse);
    assert.deepEqual(
      [found.subject, found.author.name, ...times],
      [told[0], told[1], ...told.slice(2).map(Date.parse)],
    );
    assert.deepEqual(found.removed, this.#slow.removedBy(sha), `files that ${sha} removed`);
    const before = parents[0] === undefined ? null : this.#slow.commit(parents[0]).files;
    const expected = [...files].map(([path, { oid, mode, size, reading }]) => {
      const old = before?.get(path);
      const changed = old?.oid !== oid || kindOf(old.mode) !== kindOf(mode);
      return { path, oid, size: mode.startsWith("100") ? String(size) : "", changed, isRead: reading.problem === null };
    });
    const told2 = found.files.map(({ path, version, size, changed, problem }) => {
      const mode = files.get(path)?.mode ?? "";
      return {
        path,
        oid: version,
        size: mode.startsWith("100") ? textOf(size) : "",
        changed,
        isRead: problem === null,
      };
    });
    assert.deepEqual(told2.sort(byPath), expected.sort(byPath), `files of ${sha}`);
    for (const { path, problem } of found.files) {
      const wanted = files.get(path)?.reading.problem ?? null;
      if (wanted !== "any") assert.equal(problem?.reason ?? null, wanted, `problem of ${path} at ${sha}`);
    }
    const values = found.values.map(({ column, value, baseline }) => [column, [textOf(value), textOf(baseline)]]);
    const slow = [...this.#slow.valuesOf(sha)].flatMap(([path, each]) =>
      [...each].map(([key, { value, baseline }]) => [idOf(path, key), [value, baseline]]),
    );
    assert.deepEqual(sorted(values), sorted(slow), `values of ${sha}`);
  }

  /** Every column of every version that is stored, once. @returns their ids */
  async #checkCatalogue(sawAll: boolean): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { columns: { id: string }[]; nextCursor: string | null } = await this.#get(
        `/columns?limit=500${query}`,
      );
      ids.push(...page.columns.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const expected = new Set<string>();
    for (const sha of this.#stored) {
      for (const [path, { reading }] of this.#slow.commit(sha).files)
        for (const key of reading.values?.keys() ?? []) expected.add(idOf(path, key));
    }
    const counted = sawAll ? ids : ids.filter((id) => expected.has(id));
    assert.deepEqual(counted.toSorted(), [...expected].sort(), "columns");
    return ids;
  }

  async #checkLine(branch: string, head: string, columns: readonly string[]): Promise<void> {
    const line = this.#slow.line(head);
    const query = [
      `branch=${encodeURIComponent(branch)}`,
      "limit=17",
      ...columns.map((id) => `columns=${encodeURIComponent(id)}`),
    ];
    const rows: Row[] = [];
    let heads: Page["columns"] = [];
    for (let cursor = ""; rows.length <= line.length; ) {
      const page: Page = await this.#get(`/commits?${query.join("&")}${cursor}`);
      rows.push(...page.commits);
      heads = page.columns;
      if (page.nextCursor === null) break;
      cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
    assert.deepEqual(
      rows.map(({ sha }) => sha),
      line,
      `line of ${branch}`,
    );
    for (const { sha, values, baselineValues, gone, removed } of rows) {
      const { files } = this.#slow.commit(sha);
      const gonePaths = this.#slow.removedBy(sha);
      assert.deepEqual(removed, gonePaths, `files that ${sha} removed`);
      const cells = heads.map(({ path, key }) => {
        const now = files.get(path)?.reading;
        const isCompared = files.has(path) || gonePaths.includes(path);
        const before = isCompared ? this.#slow.baselineOf(sha, path) : null;
        const old = before?.file.reading.values?.get(key);
        const value = now?.values?.get(key) ?? "null";
        const baseline = old ?? "null";
        const wasThere = before !== null && !before.returned && baseline !== "null";
        const isGone = wasThere && now?.values !== null && value === "null";
        return { value, baseline, isGone };
      });
      assert.deepEqual(
        values.map(textOf),
        cells.map(({ value }) => value),
        `cells of ${sha} on ${branch}`,
      );
      assert.deepEqual(
        baselineValues.map(textOf),
        cells.map(({ baseline }) => baseline),
        `baselines of ${sha}`,
      );
      const places = cells.flatMap(({ isGone }, index) => (isGone ? [String(index)] : []));
      assert.deepEqual(
        gone.map((each) => textOf(each as Sent)),
        places,
        `what is gone at ${sha}`,
      );
    }
  }

  /** How many commits miss the values of a file. */
  /** What commits miss that a branch reaches. */
  async #checkMissing(reachable: Iterable<string>): Promise<void> {
    const { missing } = await this.#get<{ missing: { path: string; commits: Sent }[] }>("/warnings");
    const found = new Map<string, number>();
    for (const { path, commits } of missing) found.set(path, (found.get(path) ?? 0) + Number(textOf(commits)));
    const expected = new Map<string, number>();
    for (const sha of reachable) {
      for (const [path, { reading }] of this.#slow.commit(sha).files)
        if (reading.problem !== null) expected.set(path, (expected.get(path) ?? 0) + 1);
    }
    assert.deepEqual(new Map([...found].sort(byName)), new Map([...expected].sort(byName)), "commits that miss values");
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await this.#person.fetch(`/api/v1/repositories/${encodeURIComponent(this.#name)}${path}`);
    const text = await answer.text();
    assert.equal(answer.status, 200, `${path}: ${text.slice(0, 500)}`);
    return JSON.parse(text, (_name, value: unknown, context?: { source?: string }) =>
      typeof value === "number" ? new SentNumber(context?.source ?? "") : value,
    ) as T;
  }
}

function textOf(value: Sent): string {
  return value instanceof SentNumber ? value.text : JSON.stringify(value);
}

/** A file that may be executed is the same file. */
function kindOf(mode: string): string {
  return mode.slice(0, 3);
}

function idOf(path: string, key: string): string {
  return `${path.includes(":") ? JSON.stringify(path) : path}:${key}`;
}

function sorted<T extends readonly unknown[]>(entries: readonly T[]): T[] {
  return entries.toSorted(byName);
}

function byName([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}

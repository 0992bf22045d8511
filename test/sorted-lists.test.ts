// Filtered and sorted lists against plain git and one big sort (D9): whatever is asked, walking by cursor gives the same,
// with ties, NaN, missing values and commits that a sync adds meanwhile.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { CommitPage, type CommitRow } from "../src/api/contract/commits.ts";
import type { FilterNode } from "../src/domain/filter.ts";
import type { RepositoryId } from "../src/domain/model.ts";
import { wentFilter } from "../src/domain/went-filter.ts";
import { isTidemarkError } from "../src/errors.ts";
import { readCommitPage } from "../src/reads/commit-page.ts";
import { type CommitPageQuery, isPlainLine } from "../src/reads/page-question.ts";
import { createReads } from "../src/reads/reads.ts";
import { git, gitBytes } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { type ListQuestion, someQuestion } from "./helpers/list-questions.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";
import { SlowLists, SORTED_FILES, type ToldFacts } from "./helpers/slow-list.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 1);
const FIRST_SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 52_000);
const COMMITS = 120;
const QUESTIONS = 60;

const bench = await openIngestBench();
after(() => bench.close());
const reads = createReads(bench.database.database);

type Told = Map<string, ToldFacts>;

/** One history, its list of commits by plain git, and what Tidemark has told of each. */
interface Followed {
  readonly folder: string;
  readonly repository: RepositoryId;
  readonly columns: readonly string[];
  slow: SlowLists;
  told: Told;
}

async function page(repository: RepositoryId, query: Partial<CommitPageQuery>): Promise<CommitPage> {
  const { text } = await readCommitPage(reads, bench.organization, repository, { columns: [], limit: 40, ...query });
  return CommitPage.parse(JSON.parse(text));
}

async function walk(repository: RepositoryId, query: Partial<CommitPageQuery>): Promise<CommitRow[]> {
  const rows: CommitRow[] = [];
  for (let cursor: string | undefined; ; ) {
    const next = await page(repository, { ...query, cursor });
    rows.push(...next.commits);
    if (next.nextCursor === null) return rows;
    cursor = next.nextCursor;
  }
}

/** Reads git again, and what an unsorted list of all commits tells. */
async function look(followed: Followed): Promise<void> {
  const { repository, columns } = followed;
  followed.slow = new SlowLists(followed.folder, followed.slow);
  const rows = await walk(repository, { view: "all", columns, limit: 200 });
  const heads = (await page(repository, { view: "all", columns, limit: 1 })).columns;
  followed.slow.ofNumbers = new Set(heads.filter(({ kind }) => kind === "number").map(({ id }) => id));
  followed.told = new Map(
    rows.map(({ sha, position, branches, warnings, best }) => {
      const bests = new Set(columns.filter((_, index) => best[index]));
      return [sha, { position, branches, warnings: warnings.length, best: bests }];
    }),
  );
  assert.deepEqual([...followed.told.keys()].sort(), [...followed.slow.commits.keys()].sort(), "all that git reaches");
  for (const { sha, parents } of followed.slow.commits.values()) {
    for (const parent of parents)
      assert.ok((followed.told.get(parent)?.position ?? 0) < (followed.told.get(sha)?.position ?? -1));
  }
}

/** Lets the branches be at other commits. */
function setHeads(folder: string, heads: ReadonlyMap<string, string>): void {
  const refs = git(folder, "for-each-ref", "--format=%(refname)").split("\n").filter(Boolean);
  gitBytes(folder, ["update-ref", "--stdin"], refs.map((ref) => `delete ${ref}\n`).join(""));
  gitBytes(
    folder,
    ["update-ref", "--stdin"],
    [...heads].map(([name, sha]) => `create refs/heads/${name} ${sha}\n`).join(""),
  );
}

/** What a row shows against plain git. */
function checkRow(followed: Followed, row: CommitRow, { slow }: ListQuestion, columns: CommitPage["columns"]): void {
  const { sha } = row;
  columns.forEach(({ id: column, kind }, index) => {
    if (kind === "number") return; // its texts are shown as numbers
    const shown = (value: unknown): unknown =>
      typeof value === "bigint"
        ? Number(value)
        : Number.isFinite(value) || typeof value !== "number"
          ? value
          : String(value);
    assert.deepEqual(row.values[index], shown(followed.slow.valueOf(sha, column)), `${column} of ${sha}`);
    if (slow.baseline !== null) {
      assert.deepEqual(
        row.baselineValues[index],
        shown(followed.slow.baselineOf(sha, column, slow.baseline)),
        `baseline of ${sha}`,
      );
    }
  });
  if (slow.baseline !== null) assert.deepEqual(row.baseline, { sha: slow.baseline, reason: "pinned", except: [] });
}

const allOf = (...nodes: readonly FilterNode[]): FilterNode => ({ kind: "and", nodes });

/** Walks a list, and stops behind each page: what comes meanwhile belongs to the later pages. */
async function* checkQuestion(followed: Followed, question: ListQuestion): AsyncGenerator<void, void, void> {
  const { query, slow } = question;
  const limit = query.limit ?? 40;
  let last: string | null = null;
  for (let cursor: string | undefined; ; ) {
    const found = await page(followed.repository, { ...query, cursor });
    // columns that nobody names are each page's own
    const ids = found.columns.map(({ id }) => id);
    if ((query.columns ?? []).length > 0) assert.deepEqual(ids, query.columns);
    const changed = slow.changed === null ? null : ids;
    // a line as it stands goes on below its commit, wherever that stands now
    const branch: string = last !== null && isPlainLine({ columns: [], limit, ...query }) ? last : slow.branch;
    const went = query.went === undefined ? null : wentFilter(found.columns, query.went);
    const filter = went === null || slow.filter === null ? (went ?? slow.filter) : allOf(slow.filter, went);
    const asked = { ...slow, branch, changed, filter };
    const isBehind = (sha: string): boolean =>
      last === null || followed.slow.compare(asked, followed.told, last, sha) < 0;
    const expected = followed.slow.list(asked, followed.told).filter(isBehind);
    const shas = found.commits.map(({ sha }) => sha);
    assert.deepEqual(shas, expected.slice(0, limit), cursor === undefined ? "first page" : "a later page");
    assert.equal(found.total, cursor === undefined ? expected.length : null);
    for (const row of found.commits) checkRow(followed, row, question, found.columns);
    assert.equal(found.nextCursor !== null, expected.length > limit);
    if (found.nextCursor === null) return;
    cursor = found.nextCursor;
    last = shas.at(-1) as string;
    yield;
    // what no branch holds any more, or on no line of its own, says no longer where it stood
    const held = followed.told.get(last);
    if (held === undefined || (slow.view !== "all" && held.branches.length === 0)) return;
  }
}

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = FIRST_SEED + round;
  test(`a list of commits is what one big sort of plain git gives, seed ${seed}`, async (t) => {
    const random = seededRandom(seed);
    const made = await buildRandomHistory(join(bench.folder, `${seed}.git`), {
      seed,
      commits: COMMITS,
      files: SORTED_FILES,
    });
    const { folder } = made;
    const later = made.heads;
    const half = made.commits.slice(0, Math.floor(made.commits.length / 2));
    setHeads(
      folder,
      new Map([
        ["main", half.at(-1)?.sha ?? ""],
        ["topic-1", pick(random, half).sha],
      ]),
    );
    const repository = await bench.add({ folder });
    const lists = new SlowLists(folder);
    const followed: Followed = { folder, repository, columns: lists.columns(), slow: lists, told: new Map() };
    const ask = async (questions: readonly ListQuestion[], between: () => Promise<void>): Promise<void> => {
      const asked = new Map(questions.map((question) => [question, checkQuestion(followed, question)]));
      while (asked.size > 0) {
        for (const [question, pages] of asked) {
          const step = await pages.next().catch((error: unknown) => {
            t.diagnostic(JSON.stringify(question.query));
            throw error;
          });
          if (step.done === true) asked.delete(question);
        }
        if (asked.size > 0) await between();
      }
    };
    const askAlone = (): Promise<void> => ask([someQuestion(random, followed)], () => Promise.resolve());
    await look(followed);
    for (let number = 0; number < QUESTIONS / 3; number += 1) await askAlone();
    // the other half comes while a list is walked: by a page of it a push, each time
    const growing = made.commits.slice(half.length);
    const push = async (): Promise<void> => {
      const some = growing.splice(0, 9);
      const newest = some.at(-1)?.sha;
      if (newest === undefined) return;
      setHeads(
        folder,
        growing.length === 0
          ? later
          : new Map([
              ["main", newest],
              ["topic-1", (some[0] ?? made.commits[0])?.sha ?? ""],
            ]),
      );
      await bench.sync(repository);
      await look(followed);
    };
    while (growing.length > 0) {
      const { query, slow } = someQuestion(random, followed);
      // a commit that a push takes away is no start and nothing to compare with
      const asked = {
        query: { ...query, branch: query.branch && "main", "as-of": undefined, baseline: undefined, limit: 3 },
        slow: { ...slow, branch: "main", asOf: null, baseline: null },
      };
      const unnamed = { ...asked, query: { ...asked.query, columns: [] } };
      const line = {
        query: { branch: "main", limit: 3 },
        slow: { ...asked.slow, view: "line", sort: [], filter: null, changed: null },
      } as const;
      await ask([asked, unnamed, line], push);
      if (growing.length > 0) await push();
    }
    for (let number = 0; number < QUESTIONS; number += 1) await askAlone();
  });
}

test("a cursor belongs to its question, and is refused when its commit is gone", async () => {
  const made = await buildRandomHistory(join(bench.folder, "cursor.git"), {
    seed: 7,
    commits: 30,
    files: SORTED_FILES,
  });
  const repository = await bench.add({ folder: made.folder });
  const query = { columns: ["metrics.json:loss"], sort: ["metrics.json:loss"], view: "all", limit: 5 } as const;
  const { nextCursor } = await page(repository, query);
  assert.ok(nextCursor !== null);
  const others: Partial<CommitPageQuery>[] = [
    { order: ["asc"] },
    { sort: ["metrics.json:acc"] },
    { where: "missing(a)" },
    { view: "line" },
    { changed: true },
    { went: "worse" },
    { baseline: made.commits[0]?.sha },
    { "as-of": made.commits.at(-1)?.sha },
    { columns: ["metrics.json:acc"] },
  ];
  for (const other of others) {
    const where = other.where === undefined ? {} : { where: 'missing("metrics.json:a")' };
    await assert.rejects(page(repository, { ...query, ...other, ...where, cursor: nextCursor }), (error) =>
      isTidemarkError(error, "cursor-mismatch"),
    );
  }
  await assert.rejects(page(repository, { ...query, columns: [], cursor: nextCursor }), { code: "cursor-mismatch" });
  // who named no columns goes on with whichever are shown by default, or names those of the first page
  const plain = { columns: [], limit: 1 };
  for (const [unnamed, other] of [
    [{ ...query, ...plain }, { order: ["asc"] }],
    [{ ...query, ...plain, changed: true }, { changed: false }],
    [plain, { branch: "topic-1" }],
  ] as const) {
    const first = await page(repository, unnamed);
    const named = { ...unnamed, columns: first.columns.map(({ id }) => id) };
    const cursor = first.nextCursor ?? "";
    const second = await page(repository, { ...unnamed, cursor });
    const again = await page(repository, { ...named, cursor });
    assert.deepEqual(again.commits, second.commits);
    if (again.nextCursor !== null && second.nextCursor !== null) {
      const third = await page(repository, { ...named, cursor: again.nextCursor });
      assert.deepEqual(third.commits, (await page(repository, { ...unnamed, cursor: second.nextCursor })).commits);
    }
    await assert.rejects(page(repository, { ...unnamed, ...other, cursor }), { code: "cursor-mismatch" });
  }
  const last = (await page(repository, query)).commits.at(-1);
  await bench.database.database.owner.query("DELETE FROM git_commit WHERE repository_id = $1 AND position = $2", [
    repository,
    last?.position ?? -1,
  ]);
  await assert.rejects(
    page(repository, { ...query, cursor: nextCursor }),
    (error) => isTidemarkError(error, "cursor-mismatch") && error.message.includes("a commit that is gone"),
  );
});

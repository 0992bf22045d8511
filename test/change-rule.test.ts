// One meaning of a change (src/domain/document-changes.ts): random lines on which files go, break, come back and lose values,
// told by every command and every answer that speaks of changes, beside a slow walk.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { startApi } from "./helpers/api-server.ts";
import { git, HistoryBuilder } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { commandIn } from "./helpers/log-command.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2);
const FIRST_SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 1);
const COMMITS = 40;
const KEYS = ["a", "b", "c"];
const PATHS = ["metrics.json", "results/metrics.json"];

const bench = await openIngestBench();
after(() => bench.close());
const api = await startApi(bench.database);
after(() => api.close());
const person = await api.signIn(bench.organization);
const run = commandIn(bench.folder);

type Figure = number | null;
/** null: it cannot be read */
type Content = Readonly<Record<string, Figure>> | null;

interface Line {
  readonly name: string;
  readonly folder: string;
  readonly shas: readonly string[];
  /** by commit: the files that it has */
  readonly files: readonly ReadonlyMap<string, Content>[];
}

function randomContent(random: Random): Content {
  if (random(5) === 0) return null;
  const keys = KEYS.filter(() => random(4) > 0);
  return Object.fromEntries(keys.map((key) => [key, random(6) === 0 ? null : random(3)]));
}

async function build(random: Random, name: string): Promise<Line> {
  const folder = join(bench.folder, name);
  const builder = new HistoryBuilder(folder);
  const marks = [];
  const files: Map<string, Content>[] = [];
  for (let number = 0; number < COMMITS; number += 1) {
    const now = new Map(files.at(-1));
    const edits: Record<string, string | null> = { "README.md": String(number) };
    const isLast = number === COMMITS - 1; // commands want a metric file in the newest commit
    for (const path of PATHS) {
      const what = random(5);
      if (what === 0 && now.has(path) && !(isLast && now.size === 1)) {
        now.delete(path);
        edits[path] = null;
      } else if (what < 3 || (isLast && now.size === 0)) {
        const content = randomContent(random);
        now.set(path, content);
        edits[path] = content === null ? `{ broken ${random(3)}` : JSON.stringify(content);
      }
    }
    files.push(now);
    marks.push(builder.commit({ files: edits, message: `commit ${number}\n` }));
  }
  const shaOf = await builder.finish();
  return { name, folder, shas: marks.map(shaOf), files };
}

interface Change {
  readonly commit: number;
  readonly before: Figure;
  readonly after: Figure;
  /** null: the column begins here, and nothing changed */
  readonly baseline: number | null;
}

/** What each commit did to a column, newest first. */
function slowChanges({ files }: Line, path: string, key: string): Change[] {
  return files
    .flatMap((now, commit): Change[] => {
      const content = now.get(path);
      if (content === null || (content === undefined && files[commit - 1]?.has(path) !== true)) return [];
      const value = content?.[key] ?? null;
      const below = files.slice(0, commit);
      const baseline = below.findLastIndex((each) => each.get(path) != null);
      if (baseline < 0) return value === null ? [] : [{ commit, before: null, after: value, baseline: null }];
      const past = below[baseline]?.get(path)?.[key] ?? null;
      const wasAway = below.slice(baseline + 1).some((each) => !each.has(path));
      if (value === past || (value === null && wasAway)) return [];
      return [{ commit, before: past, after: value, baseline }];
    })
    .toReversed();
}

async function command<T>(line: Line, ...words: readonly string[]): Promise<T> {
  const { out, err, code } = await run([words[0] as string, "-C", line.folder, ...words.slice(1), "--json"]);
  assert.equal(code, 0, err);
  return JSON.parse(out) as T;
}

async function ask<T>(line: Line, path: string): Promise<T> {
  const response = await person.fetch(`/api/v1/repositories/${line.name}${path}`);
  assert.equal(response.status, 200, path);
  return (await response.json()) as T;
}

interface Catalogued {
  readonly id: string;
  readonly path: string;
  readonly key: string;
  readonly changes: number;
  readonly lastChanged: { readonly sha: string } | string | null;
}

interface Logged {
  readonly sha: string;
  readonly changed: readonly string[];
}

interface Row {
  readonly sha: string;
  readonly gone: readonly number[];
}

/** Compares what is told of each column by everybody. */
async function checkColumns(line: Line, told: readonly Catalogued[], who: string): Promise<void> {
  assert.ok(told.length > 3);
  for (const { id, path, key, changes, lastChanged } of told) {
    const expected = slowChanges(line, path, key).filter(({ baseline }) => baseline !== null);
    const last = typeof lastChanged === "string" ? lastChanged : (lastChanged?.sha ?? null);
    const lastExpected = expected[0] === undefined ? null : line.shas[expected[0].commit];
    assert.deepEqual([changes, last], [expected.length, lastExpected], `${who}: ${id}`);
  }
}

async function checkCommands(line: Line): Promise<void> {
  const columns = await command<Catalogued[]>(line, "columns");
  await checkColumns(line, columns, "tidemark columns");
  for (const { id, path, key } of columns) {
    const { changes } = await command<{ changes: { sha: string; from: Figure; to: Figure }[] }>(
      line,
      "blame",
      id,
      "-n",
      "0",
    );
    assert.deepEqual(
      changes.map(({ sha, from, to }) => [sha, from, to]),
      slowChanges(line, path, key).map(({ commit, before, after: now }) => [line.shas[commit], before, now]),
      `tidemark blame ${id}`,
    );
  }
  for (const count of [0, 1, 7]) {
    const logged = await command<Logged[]>(line, "log", "-n", String(count));
    const changed = changedBy(line, columns);
    for (const { sha, changed: ids } of logged)
      assert.deepEqual([...ids].sort(), changed.get(sha) ?? [], `tidemark log -n ${count}, ${sha}`);
  }
}

/** By commit: the ids of the columns that it changed, sorted. */
function changedBy(line: Line, columns: readonly Catalogued[]): ReadonlyMap<string, readonly string[]> {
  const pairs = columns.flatMap(({ id, path, key }) =>
    slowChanges(line, path, key)
      .filter(({ baseline }) => baseline !== null)
      .map(({ commit }) => ({ sha: line.shas[commit] as string, id })),
  );
  const grouped = Map.groupBy(pairs, ({ sha }) => sha);
  return new Map([...grouped].map(([sha, list]) => [sha, list.map(({ id }) => id).sort()]));
}

async function checkAnswers(line: Line): Promise<void> {
  const { columns } = await ask<{ columns: Catalogued[] }>(line, "/columns?limit=100");
  await checkColumns(line, columns, "…/columns");
  for (const { id, path, key } of columns) {
    const name = encodeURIComponent(id);
    const expected = slowChanges(line, path, key);
    const blame = await ask<{ changes: { sha: string; before: Figure; value: Figure; baseline: string | null }[] }>(
      line,
      `/columns/${name}/blame?limit=200`,
    );
    assert.deepEqual(
      blame.changes.map(({ sha, before, value, baseline }) => [sha, before, value, baseline]),
      expected.map(({ commit, before, after: now, baseline }) => {
        return [line.shas[commit], before, now, baseline === null ? null : line.shas[baseline]];
      }),
      `…/columns/${id}/blame`,
    );
    const page = await ask<{ commits: Row[] }>(line, `/commits?limit=200&columns=${name}`);
    const gone = expected.filter(({ after: now }) => now === null).map(({ commit }) => line.shas[commit]);
    assert.deepEqual(
      page.commits.filter((row) => row.gone.length > 0).map(({ sha }) => sha),
      gone,
      `rows of ${id} that are gone`,
    );
    const changed = await ask<{ commits: Row[] }>(line, `/commits?limit=200&changed=true&columns=${name}`);
    assert.deepEqual(
      changed.commits.map(({ sha }) => sha),
      expected.filter(({ baseline }) => baseline !== null).map(({ commit }) => line.shas[commit]),
      `rows that changed ${id}`,
    );
  }
  const changed = changedBy(line, columns);
  const exported = await person.fetch(`/api/v1/repositories/${line.name}/export?format=ndjson`);
  const lines = (await exported.text()).trim().split("\n");
  for (const { sha, changed: ids } of lines.map((text) => JSON.parse(text) as Logged))
    assert.deepEqual([...ids].sort(), changed.get(sha) ?? [], `…/export of ${sha}`);
}

for (let seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed += 1) {
  test(`columns, blame, log, rows and exports have one meaning of a change, seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const line = await build(random, `line-${seed}`);
    await checkCommands(line);
    const [whole, head] = [line.shas.length - 1, 10 + random(10)];
    git(line.folder, "update-ref", "refs/heads/main", line.shas[head] as string);
    const repository = await bench.add({ folder: line.folder });
    for (let at = head; at < whole; ) {
      at = Math.min(whole, at + pick(random, [1, 2, 5, 12]));
      git(line.folder, "update-ref", "refs/heads/main", line.shas[at] as string);
      await bench.sync(repository);
    }
    await checkAnswers(line);
  });
}

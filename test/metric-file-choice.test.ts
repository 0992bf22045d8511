// Which files are read, from candidates to choices: found after an import, chosen by people, read once more in their place.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { listRows, previewFiles } from "../src/api/contract/files.ts";
import { READERS } from "../src/domain/formats/read-file.ts";
import type { RepositoryId } from "../src/domain/model.ts";
import type { PathChanges } from "../src/domain/path-changes.ts";
import { isTidemarkError } from "../src/errors.ts";
import { importHistory } from "../src/ingest/import-history.ts";
import { rereadAfterUpgrade } from "../src/ingest/reread.ts";
import { readCandidates } from "../src/store/candidate-file.ts";
import type { OrganizationStore, Transaction } from "../src/store/database.ts";
import { waitingEvents } from "../src/store/event.ts";
import { readHistoryReader } from "../src/store/history-reader.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { readMetricPaths } from "../src/store/metric-path.ts";
import { readRepository, type StoredRepository } from "../src/store/repository.ts";
import { changeMetricFiles, chooseIdentity } from "../src/workspace/choose-files.ts";
import { previewPattern, readRows } from "../src/workspace/preview-files.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { assertAnswers } from "./helpers/strict-answers.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

const COMMITS = 12;
const NOTHING: PathChanges = { add: [], remove: [], on: [], off: [] };
const report = (n: number): string =>
  JSON.stringify({
    machine_info: {},
    benchmarks: [
      { fullname: "t.py::a", name: "a", stats: { mean: n, data: [n] } },
      { fullname: "t.py::b", name: "b", stats: { mean: 2 * n, data: [n] } },
    ],
  });
const rows = (n: number): string =>
  JSON.stringify({
    runs: [
      { engine: "x", size: "s", ops: n },
      { engine: "x", size: "l", ops: n + 1 },
      { engine: "y", size: "s", ops: 3 },
    ],
  });

let bench: IngestBench;
before(async () => {
  bench = await openIngestBench();
});
after(() => bench.close());

/** Imports a history with metric files, two that no rule names, and a data branch that is not read yet. */
async function imported(name: string): Promise<RepositoryId> {
  const history = new HistoryBuilder(join(bench.folder, name));
  for (let n = 0; n < COMMITS; n++)
    history.commit({
      files: {
        "metrics.json": JSON.stringify({ loss: 1 / (n + 1) }),
        "data.json": rows(n),
        "figures/rare.json": JSON.stringify({ a: n > 5 ? 1 : 0 }),
        "bench.json": report(n),
      },
    });
  history.commit({ branch: "gh-pages", files: { "dev/bench/data.js": "window.BENCHMARK_DATA = {}" } });
  await history.finish();
  return bench.add({ folder: history.folder });
}

const change = (id: RepositoryId, changes: Partial<PathChanges>): Promise<string | null> =>
  changeMetricFiles(bench.deps, bench.organization, id, { ...NOTHING, ...changes });

async function columnsOf(id: RepositoryId): Promise<string[]> {
  const { columns } = await readStoredHistory(bench.store, id);
  return (columns as { path: string; key: string }[]).map(({ path, key }) => `${path}:${key}`);
}

test("an import and a sync keep candidates, and look for them once only while nothing changes", async () => {
  const id = await imported("candidates");
  const found = (await readCandidates(bench.store, id)) ?? assert.fail();
  assert.deepEqual(
    found.candidates.map(({ pattern, versions, numbers }) => [pattern, versions, numbers]),
    [
      ["data.json", COMMITS, 3],
      ["figures/rare.json", 2, 1],
    ],
  );
  assert.deepEqual(found.recognised, ["dev/bench/data.js"]);
  const { version } = (await readRepository(bench.store, id)) as StoredRepository;
  await bench.sync(id);
  assert.equal((await readRepository(bench.store, id))?.version, version, "nothing was looked for or written");
  await change(id, { add: ["data.json"] });
  await bench.work();
  const left = await readCandidates(bench.store, id);
  assert.deepEqual(
    left?.candidates.map(({ pattern }) => pattern),
    ["figures/rare.json"],
  );
});

test("changeMetricFiles() has the history read once more: same positions, other files, readable all the while", async () => {
  const id = await imported("rules");
  const first = await readStoredHistory(bench.store, id);
  assert.ok(!(await columnsOf(id)).some((column) => column.startsWith("data.json")));
  const event = await change(id, { add: ["./data.json"], off: ["**/metrics.json"] });
  assert.deepEqual(
    (await waitingEvents(bench.store, id)).map(({ id: waiting, task }) => [waiting, task]),
    [[event, "import"]],
  );
  const seen: unknown[] = [];
  const lease = (await takeDueLease(bench.deps.database.system, "test")) ?? assert.fail();
  const repository = (await readRepository(bench.store, id)) as StoredRepository;
  const work = {
    lease,
    repository,
    events: await waitingEvents(bench.store, id),
    signal: new AbortController().signal,
  };
  const { database } = bench.deps;
  const watched: OrganizationStore = {
    ...bench.store,
    write: async (task, options) => {
      const result = await bench.store.write(task, options);
      const [row] = await bench.store.query<{ imported_to: number | null; commits: number; columns: number }>(
        `SELECT imported_to, (SELECT count(*)::int FROM git_commit WHERE organization_id = $1 AND repository_id = $2) AS commits,
           (SELECT count(*)::int FROM metric_column WHERE organization_id = $1 AND repository_id = $2 AND path = 'bench.json') AS columns
         FROM git_repository WHERE organization_id = $1 AND id = $2`,
        [id],
      );
      seen.push(row);
      return result;
    },
  };
  await importHistory(
    { ...bench.deps, batchCommits: 3, database: { ...database, worker: { in: () => watched } } },
    work,
  );
  assert.ok(seen.length > 4);
  const whole = { imported_to: null, commits: COMMITS + 1, columns: 4 };
  for (const row of seen) assert.deepEqual(row, whole, "all rows and columns are there after each transaction");
  const again = await readStoredHistory(bench.store, id);
  const places = (history: typeof first): unknown[] =>
    history.commits.map(({ sha, position, ordinal }) => [sha, position, ordinal]);
  assert.deepEqual(places(again), places(first));
  const columns = await columnsOf(id);
  assert.ok(columns.includes("data.json:runs[engine=x,size=s].ops"), columns.join(" "));
  assert.ok(!columns.some((column) => column.startsWith("metrics.json")));
  assert.equal(await change(id, { off: ["**/metrics.json"] }), null, "nothing changed");
  await bench.work();
});

test("a history that is imported anew keeps what people chose and turned off", async () => {
  const id = await imported("anew");
  await change(id, { add: ["data.json"], off: ["**/metrics.json", "bench.json"] });
  await bench.database.database.owner.query("UPDATE git_repository SET synced_at = NULL WHERE id = $1", [id]);
  await bench.work();
  const paths = new Set((await readStoredHistory(bench.store, id)).versions.map(({ path }) => path));
  assert.deepEqual([...paths], ["data.json"]);
});

test("chooseIdentity() comes before what is inferred and before the tool's, for one array only", async () => {
  const id = await imported("identity");
  await change(id, { add: ["data.json"] });
  await bench.work();
  const choose = (path: string, array: string, fields: readonly string[] | null): Promise<string | null> =>
    chooseIdentity(bench.deps, bench.organization, id, { path, array, fields });
  await choose("data.json", "runs", ["size", "engine"]);
  await choose("bench.json", "benchmarks", ["name"]);
  await bench.work();
  const columns = await columnsOf(id);
  assert.ok(columns.includes("data.json:runs[size=l,engine=x].ops"), columns.join(" "));
  assert.ok(columns.includes("bench.json:benchmarks[name=a].stats.mean"), columns.join(" "));
  const { rules } = await readMetricPaths(bench.store, id);
  assert.deepEqual(
    rules.filter(({ identity }) => identity !== null),
    [
      { pattern: "bench.json", source: "chosen", identity: { benchmarks: ["name"] }, enabled: true },
      { pattern: "data.json", source: "chosen", identity: { runs: ["size", "engine"] }, enabled: true },
    ],
  );
  assert.equal(await choose("data.json", "runs", ["size", "engine"]), null);
  await choose("data.json", "runs", null);
  await choose("bench.json", "benchmarks", null);
  await bench.work();
  const back = await columnsOf(id);
  assert.ok(
    back.includes("data.json:runs[engine=x,size=s].ops") &&
      back.includes("bench.json:benchmarks[fullname=t.py::a].stats.mean"),
  );
  await assert.rejects(choose("absent.json", "runs", ["a"]), (error) => isTidemarkError(error, "bad-argument"));
  for (const fields of [[], ["a", "a"], [""], ["a", "b", "c", "d", "e", "f"]])
    await assert.rejects(choose("data.json", "runs", fields), (error) => isTidemarkError(error, "bad-argument"));
});

test("previewPattern() and readRows() show what a choice would give before it is saved", async () => {
  const id = await imported("preview");
  const preview = await previewPattern(bench.deps, bench.organization, { repository: id, pattern: "*.json" });
  assert.equal(preview.pattern, "**/*.json");
  assert.deepEqual(
    preview.paths.map(({ path, versions, readBy, content }) => [path, versions, readBy, content?.numbers]),
    [
      ["bench.json", COMMITS, "**/bench*.json", 2],
      ["data.json", COMMITS, null, 3],
      ["metrics.json", COMMITS, "**/metrics.json", 1],
      ["figures/rare.json", 2, null, 1],
    ],
  );
  assert.deepEqual([preview.total, preview.versions], [4, 3 * COMMITS + 2]);
  const nothing = await previewPattern(bench.deps, bench.organization, { repository: id, pattern: "x/*.csv" });
  assert.deepEqual([nothing.total, nothing.paths], [0, []]);
  const asked = { repository: id, path: "data.json", naming: { array: "runs", fields: ["engine"] } };
  const choice = await readRows(bench.deps, bench.organization, asked);
  assert.deepEqual(choice.names, {
    names: ["[engine=x]", "[engine=x]", "[engine=y]"],
    rows: 3,
    unnamed: 0,
    repeated: 1,
  });
  const [runs] = choice.arrays;
  assert.deepEqual(
    [runs?.array, runs?.now, runs?.by, runs?.fields.map(({ name }) => name)],
    ["runs", null, null, ["engine", "size", "ops"]],
  );
  const tool = await readRows(bench.deps, bench.organization, { repository: id, path: "bench.json", naming: null });
  assert.deepEqual([tool.arrays[0]?.now, tool.arrays[0]?.by], [["fullname"], "tool"]);
  assertAnswers(previewFiles, preview);
  for (const each of [choice, tool]) assertAnswers(listRows, each);
  const missing = readRows(bench.deps, bench.organization, { repository: id, path: "no.json", naming: null });
  await assert.rejects(missing, (error) => isTidemarkError(error, "file-not-found"));
});

/** Says that a history was read by others. */
async function markReadBy(id: RepositoryId, readers: Record<string, number> | null): Promise<void> {
  await bench.database.database.owner.query(
    "UPDATE git_repository SET read_with = jsonb_set(read_with, '{readers}', $2) WHERE id = $1",
    [id, JSON.stringify(readers ?? {})],
  );
}

test("rereadAfterUpgrade() has a history read once more when any of its files would be read in another way", async () => {
  const id = await imported("upgrade");
  const asked = async (): Promise<number> => {
    await rereadAfterUpgrade(bench.deps);
    return (await waitingEvents(bench.store, id)).length;
  };
  assert.equal(await asked(), 0, "it was read by the readers of now");
  assert.ok(READERS["csv"] !== undefined && READERS["json"] !== undefined);
  await markReadBy(id, { ...READERS, csv: 0 });
  assert.equal(await asked(), 0, "it has no such file");
  await markReadBy(id, { ...READERS, json: 0 });
  assert.equal(await asked(), 1);
  assert.equal(await asked(), 1, "it is asked for once");
  const own = "SELECT reason FROM event WHERE repository_id = $1 AND source = 'schedule'";
  assert.deepEqual(await bench.database.database.owner.query(own, [id]), [{ reason: "readers-changed" }]);
  await bench.work();
  assert.deepEqual((await readHistoryReader(bench.store, id)).readWith?.readers, READERS);
  await bench.database.database.owner.query("UPDATE git_repository SET read_with = NULL WHERE id = $1", [id]);
  assert.equal(await asked(), 1, "nobody knows what read it");
  await bench.work();
  assert.equal(await asked(), 0);
});

test("an import that goes on under other rules or other readers reads again what it had written", async () => {
  const id = await imported("going-on");
  await change(id, { add: ["data.json"] });
  const lease = (await takeDueLease(bench.deps.database.system, "test")) ?? assert.fail();
  const repository = (await readRepository(bench.store, id)) as StoredRepository;
  let writes = 0;
  const stopping = new AbortController();
  const store: OrganizationStore = {
    ...bench.store,
    write: async (task, options) => {
      const done = await bench.store.write(async (tx: Transaction) => task(tx), options);
      if (options?.durable !== false && ++writes === 4) stopping.abort(new Error("stopped"));
      return done;
    },
  };
  const deps = { ...bench.deps, batchCommits: 3, database: { ...bench.deps.database, worker: { in: () => store } } };
  await assert.rejects(importHistory(deps, { lease, repository, events: [], signal: stopping.signal }), /stopped/);
  const [state] = await bench.store.query<{ written: number | null }>(
    "SELECT (import_state->>'writtenTo')::int AS written FROM git_repository WHERE organization_id = $1 AND id = $2",
    [id],
  );
  assert.ok((state?.written ?? 0) > 0, "it was in the middle");
  await change(id, { off: ["**/metrics.json"], add: ["figures/*.json"] });
  await bench.database.database.owner.query("UPDATE git_repository SET lease_until = NULL WHERE id = $1", [id]);
  await bench.work();
  const { commits } = await readStoredHistory(bench.store, id);
  const main = commits.filter(({ line }) => line === "main");
  assert.equal(main.length, COMMITS);
  for (const { files } of main)
    assert.deepEqual([...files.keys()].sort(), ["bench.json", "data.json", "figures/rare.json"]);
});

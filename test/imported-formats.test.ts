// What files of tools become on the whole way, from Git to the API's answers: broken versions (F14), coverage (F15), series (F17),
// what DVC keeps (F18), a test that leaves a gas snapshot (F20).
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import * as columns from "../src/api/contract/columns.ts";
import * as commits from "../src/api/contract/commits.ts";
import * as files from "../src/api/contract/files.ts";
import type { Sha } from "../src/domain/model.ts";
import { readRawFile } from "../src/workspace/read-raw-file.ts";
import { startApi } from "./helpers/api-server.ts";
import { type FileEdit, HistoryBuilder } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";

const bench = await openIngestBench();
after(() => bench.close());
const server = await startApi(bench.database, {
  readRawFile: ({ organizationId, repositoryId, sha, path }) => {
    const file = { repository: repositoryId, sha, path, maxBytes: 1_000_000 };
    return readRawFile({ ...bench.deps, database: bench.database.database }, organizationId, file);
  },
});
after(() => server.close());
const ada = await server.signIn(bench.organization);

type Commit = commits.Commit;
type Row = commits.CommitRow;

/** An imported repository, and what the API tells of it. */
interface Imported {
  /** oldest first */
  readonly shas: readonly Sha[];
  /** rows of the default branch with some columns, newest first */
  rows(...columns: readonly string[]): Promise<readonly Row[]>;
  /** the commit of that place, the oldest one is 0 */
  detail(place: number): Promise<Commit>;
  /** ids of all columns */
  columns(): Promise<readonly string[]>;
  raw(place: number, path: string): Promise<string>;
  /** Names a file to be read, and has the history read once more. */
  choose(path: string): Promise<void>;
}

/** Writes a history of one commit for each of the edits and imports it. */
async function imported(name: string, edits: readonly Readonly<Record<string, FileEdit>>[]): Promise<Imported> {
  const builder = new HistoryBuilder(join(bench.folder, `${name}.git`));
  const marks = edits.map((edit) => builder.commit({ files: edit }));
  const shaOf = await builder.finish();
  const shas = marks.map(shaOf);
  await bench.add({ folder: builder.folder });
  const params = { repository: name };
  return {
    shas,
    rows: async (...ids) =>
      (await ada.client.call(commits.listCommits, { params, query: { columns: [...ids] } })).commits,
    detail: (place) => ada.client.call(commits.getCommit, { params: { ...params, sha: shas[place] ?? "" } }),
    columns: async () =>
      (await ada.client.call(columns.listColumns, { params, query: { limit: 200 } })).columns.map(({ id }) => id),
    raw: async (place, path) =>
      (await ada.fetch(`/api/v1/repositories/${name}/commits/${shas[place]}/files/${path}`)).text(),
    choose: async (path) => {
      await ada.client.call(files.changeFiles, { params, body: { add: [path] } });
      await bench.work();
    },
  };
}

const reasons = (
  row: { readonly warnings: readonly { path: string | null; reason: string }[] } | undefined,
): string[] => (row?.warnings ?? []).map(({ path, reason }) => `${path}: ${reason}`);

test("a broken version between two good ones is one warning without values, and its neighbours are compared (F14)", async () => {
  const broken = await imported("broken", [
    { "metrics.json": '{"score": 1, "loss": 4}', "scores.json": '{"f1": 1}' },
    { "metrics.json": '{"score": 2, "loss": ', "scores.json": '{"f1": 2}' },
    { "metrics.json": '{"score": 5, "loss": 3}', "scores.json": '{"f1": 3}' },
  ]);
  const [first, second, third] = broken.shas;
  const [newest, middle, oldest] = await broken.rows("metrics.json:score", "metrics.json:loss", "scores.json:f1");
  assert.deepEqual([newest?.sha, middle?.sha, oldest?.sha], [third, second, first]);
  assert.deepEqual(reasons(newest), []);
  assert.deepEqual(reasons(middle), ["metrics.json: not-readable"]);
  assert.deepEqual(reasons(oldest), []);
  assert.deepEqual(
    [newest?.values, middle?.values, oldest?.values],
    [
      [5, 3, 3],
      [null, null, 2],
      [1, 4, 1],
    ],
  );
  assert.deepEqual(newest?.baselineValues, [1, 4, 2], "the nearest good ancestor of each file");
  assert.equal(newest?.baseline?.sha, second);
  assert.deepEqual(newest?.baseline?.except, [{ path: "metrics.json", sha: first }]);
  assert.deepEqual(middle?.gone, [], "what could not be read is not gone");

  const detail = await broken.detail(2);
  const told = detail.values.map(({ column, value, baseline }) => [column, value, baseline]);
  assert.deepEqual(told, [
    ["metrics.json:score", 5, 1],
    ["metrics.json:loss", 3, 4],
    ["scores.json:f1", 3, 2],
  ]);
  const bad = await broken.detail(1);
  assert.deepEqual(
    bad.files.map(({ path, problem }) => [path, problem?.reason ?? null]),
    [
      ["metrics.json", "not-readable"],
      ["scores.json", null],
    ],
  );
  assert.ok(bad.values.every(({ column, value }) => column === "scores.json:f1" || value === null));
});

/** What istanbul writes on a machine whose checkout lies in a folder. */
function istanbul(folder: string, covered: number): string {
  const metric = { total: 4, covered, skipped: 0, pct: covered * 25 };
  const entry = { lines: metric, statements: metric, functions: metric, branches: metric };
  return JSON.stringify({ total: entry, [`${folder}/src/a.ts`]: entry, [`${folder}/src/util/b.ts`]: entry });
}

test("summaries of two machines have the same columns, those of another tool their own (F15)", async () => {
  const summary = "coverage/coverage-summary.json";
  const coverage = await imported("coverage", [
    { "src/a.ts": "", "src/util/b.ts": "", [summary]: istanbul("/ci/job/p/p", 1) },
    { [summary]: istanbul("/builds/team/p", 2) },
    { [summary]: '{"branches": 23.56, "coverage": 48.92}' },
  ]);
  const keys = ["total", '["src/a.ts"]', '["src/util/b.ts"]'].flatMap((file) =>
    ["lines", "statements", "functions", "branches"].flatMap((kind) =>
      ["covered", "pct"].map((figure) => `${summary}:${file}.${kind}.${figure}`),
    ),
  );
  const all = await coverage.columns();
  assert.deepEqual([...all].sort(), [...keys, `${summary}:branches`, `${summary}:coverage`].sort());
  const [other, gitlab, github] = await coverage.rows(
    `${summary}:["src/util/b.ts"].lines.pct`,
    `${summary}:total.lines.pct`,
    `${summary}:coverage`,
  );
  assert.deepEqual(
    [github?.values, gitlab?.values, other?.values],
    [
      [25, 25, null],
      [50, 50, null],
      [null, null, 48.92],
    ],
  );
  assert.deepEqual(gitlab?.baselineValues, [25, 25, null]);
  assert.deepEqual([github, gitlab, other].flatMap(reasons), []);
});

test("statement maps and a configuration are refused by what they are, where their names are declared (F15)", async () => {
  const maps = {
    "a.sol": { path: "/ci/a.sol", s: { "1": 4 }, b: {}, f: {}, fnMap: {}, statementMap: {}, branchMap: {} },
  };
  const refused = await imported("refused", [
    {
      "dvc.yaml": "metrics:\n- coverage.json\n- lighthouse.json\n",
      "coverage.json": JSON.stringify(maps),
      "lighthouse.json": '{"ci": {"collect": {"numberOfRuns": 3}}}',
    },
  ]);
  const commit = await refused.detail(0);
  assert.deepEqual(commit.values, []);
  assert.deepEqual(
    commit.files.map(({ path, adapter, problem }) => [path, adapter, problem?.message]),
    [
      [
        "coverage.json",
        "istanbul",
        "Found statement maps, which hold how often each statement ran, wanted a summary of them such as coverage-summary.json.",
      ],
      ["lighthouse.json", "lighthouse", "Found a configuration of Lighthouse, wanted a report that it wrote."],
    ],
  );
});

test("DVCLive's series have no columns beside metrics.json, and open; a table of epochs has its last values (F17)", async () => {
  const loss = "step\tloss\n0\t2.5\n1\t0.5\n";
  const path = "dvclive/plots/metrics/train/loss.tsv";
  const series = await imported("series", [
    {
      "dvc.yaml": "plots:\n- dvclive/plots/metrics:\n    x: step\n",
      "dvclive/metrics.json": '{"train": {"loss": 0.5}, "step": 1}',
      [path]: loss,
      "logs/metrics.csv": "epoch,loss\n0,2\n1,0.5\n2,1\n",
    },
  ]);
  assert.deepEqual([...(await series.columns())].sort(), [
    "dvclive/metrics.json:step",
    "dvclive/metrics.json:train.loss",
    "logs/metrics.csv:epoch",
    "logs/metrics.csv:loss",
    "logs/metrics.csv:loss.max",
    "logs/metrics.csv:loss.min",
  ]);
  const { values, warnings } = await series.detail(0);
  assert.deepEqual(warnings, []);
  const own = values.filter(({ column }) => column.startsWith("logs/")).map(({ column, value }) => [column, value]);
  assert.deepEqual(Object.fromEntries(own), {
    "logs/metrics.csv:epoch": 2,
    "logs/metrics.csv:loss": 1,
    "logs/metrics.csv:loss.min": 0.5,
    "logs/metrics.csv:loss.max": 2,
  });
  await series.choose(path);
  assert.equal((await series.columns()).length, 6, "and none when it is chosen");
  assert.equal(await series.raw(0, path), loss);
});

const LOCK = `schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: data.csv
      md5: 22a1a2931c8370d3aeedd7183606fd7f
      size: 14445097
    params:
      src/params.conf:
        rate: 0.2
    outs:
    - path: eval/metrics.json
      md5: a304afb96060aad90176268345e10355
      size: 120
`;

test("dvc.lock gives parameters and nothing else; a metric that DVC keeps is one warning that names it (F18)", async () => {
  const stage =
    "  train:\n    cmd: python train.py\n    params:\n    - src/params.conf:\n      - rate\n    metrics:\n    - eval/metrics.json\n";
  const dvc = await imported("dvc", [
    { "dvc.yaml": `stages:\n${stage}`, "dvc.lock": LOCK, "src/params.conf": "rate = 0.2\n" },
  ]);
  assert.deepEqual(await dvc.columns(), ['dvc.lock:stages.train.params["src/params.conf"].rate']);
  const [row] = await dvc.rows('dvc.lock:stages.train.params["src/params.conf"].rate');
  assert.deepEqual(row?.values, [0.2]);
  assert.deepEqual(reasons(row), ["eval/metrics.json: dvc-tracked"]);
});

test("a gas snapshot keeps the columns of the other tests when one leaves, also with CRLF (F20)", async () => {
  const gas = await imported("gas", [
    { ".gas-snapshot": "A:testBurn() (gas: 121484)\nA:testSet(uint256) (runs: 256, μ: 30301, ~: 30299)\n" },
    { ".gas-snapshot": "A:testSet(uint256) (runs: 512, μ: 30302, ~: 30299)\r\n" },
  ]);
  const names = ["testBurn().gas", "testSet(uint256).mean", "testSet(uint256).median"];
  const ids = names.map((name) => `.gas-snapshot:A:${name}`);
  assert.deepEqual([...(await gas.columns())].sort(), ids);
  const [newest, oldest] = await gas.rows(...ids);
  assert.deepEqual(oldest?.values, [121484, 30301, 30299]);
  assert.deepEqual(newest?.values, [null, 30302, 30299]);
  assert.deepEqual(newest?.baselineValues, [121484, 30301, 30299]);
  assert.deepEqual(newest?.gone, [0]);
  assert.deepEqual([newest, oldest].flatMap(reasons), []);
});

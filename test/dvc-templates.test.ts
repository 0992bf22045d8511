// Templates of dvc.yaml and parameters of dvc.lock on the server: an import, pushes that bring paths, and an import anew.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { git, HistoryBuilder } from "./helpers/git-history.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

let bench: IngestBench;
before(async () => {
  bench = await openIngestBench();
});
after(() => bench.close());

const PIPELINE = "stages:\n  fe:\n    foreach: ${models}\n    do:\n      metrics: ['m/${item}.json']\n";

function lock(lr: number, ...models: readonly string[]): string {
  const stages = models.map(
    (model) =>
      `  fe@${model}:\n    cmd: x\n    params:\n      params.yaml:\n        lr: ${lr}\n    outs:\n    - path: m/${model}.json\n      md5: abc\n`,
  );
  return `schema: '2.0'\nstages:\n${stages.join("")}`;
}

test("an import and each sync read what dvc.lock says of templates and of parameters that are not in Git", async () => {
  const folder = join(bench.folder, "templates.git");
  const builder = new HistoryBuilder(folder);
  const v = (value: number): string => `{"v":${value}}`;
  const all = [
    { "m/x.json": v(1), "m/y.json": v(1), "params.yaml": "lr: 0.1\n" },
    { "dvc.yaml": PIPELINE, "dvc.lock": lock(0.1, "x"), "m/x.json": v(2) },
    { "params.yaml": null },
    { "dvc.lock": lock(0.2, "x") },
    { "dvc.lock": "stages: [" },
    { "m/x.json": v(3) },
    { "dvc.lock": lock(0.3, "x", "y"), "m/y.json": v(4) },
    { "params.yaml": "lr: 0.4\n" },
  ].map((files) => builder.commit({ files }));
  const shaOf = await builder.finish();
  git(folder, "update-ref", "refs/heads/main", shaOf(all[3] as (typeof all)[0]));
  const id = await bench.add({ folder });
  for (const mark of all.slice(4)) {
    git(folder, "update-ref", "refs/heads/main", shaOf(mark));
    await bench.sync(id);
  }
  const own = "SELECT task, reason FROM event WHERE repository_id = $1 AND source = 'schedule' ORDER BY id";
  assert.deepEqual(
    await bench.database.database.owner.query(own, [id]),
    [
      { task: "import", reason: "files-named" },
      { task: "sync", reason: "import-begun-earlier" },
    ],
    "y is looked for in older commits too, and what is pushed meanwhile brought in",
  );
  const copy = join(bench.folder, "copy.git");
  git(folder, "clone", "--quiet", "--bare", folder, copy);
  for (const each of [id, await bench.add({ folder: copy })]) {
    const stored = await readStoredHistory(bench.store, each);
    assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
    const values = stored.commits.map(({ files }) => {
      const of = (path: string, key: string): unknown => files.get(path)?.values?.get(key);
      return [of("m/x.json", "v"), of("m/y.json", "v"), of("params.yaml", "lr")];
    });
    assert.deepEqual(values, [
      [1, 1, 0.1],
      [2, 1, 0.1],
      [2, 1, 0.1],
      [2, 1, 0.2],
      [2, 1, undefined],
      [3, 1, undefined],
      [3, 4, 0.3],
      [3, 4, 0.4],
    ]);
    const compared = stored.commits.map(({ baselines }) => baselines.get("params.yaml")?.position);
    assert.deepEqual(compared, [undefined, 0, 1, 2, 3, 3, 3, 6]);
    const warned = stored.commits.map(
      ({ warnings, warned: files }) => (Array.isArray(warnings) ? warnings.length : 0) + files.length,
    );
    assert.deepEqual(warned, [0, 0, 0, 0, 1, 0, 0, 0]);
  }
});

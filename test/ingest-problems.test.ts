// What cannot be read: one problem on the version, a mark on the commits that brought it in, nothing dropped silently.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { type FileEdit, git, HistoryBuilder } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { serve } from "./helpers/served-history.ts";
import { readStoredHistory, type StoredHistory } from "./helpers/stored-history.ts";

const GOOD = '{"score":1}';
const TOO_LARGE = `{"text":"${"x".repeat(4 * 1024 * 1024)}"}`;
const LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
const DVC_POINTER = "outs:\n- md5: a304afb96060aad90176268345e10355\n  size: 12\n  path: metrics.json\n";

interface ProblemCase {
  readonly name: string;
  /** what the second of four commits does; the third changes something else, the fourth is good again */
  readonly edit: Readonly<Record<string, FileEdit>>;
  readonly reason: string;
}

const CASES: readonly ProblemCase[] = [
  { name: "too-large", edit: { "metrics.json": TOO_LARGE }, reason: "too-large" },
  { name: "broken", edit: { "metrics.json": '{"score": ' }, reason: "not-readable" },
  { name: "symlink", edit: { "metrics.json": { mode: "120000", content: "elsewhere.json" } }, reason: "symlink" },
  { name: "submodule", edit: { "metrics.json": { mode: "160000", oid: "1".repeat(40) } }, reason: "submodule" },
  { name: "lfs", edit: { "metrics.json": LFS }, reason: "lfs-pointer" },
  { name: "dvc", edit: { "metrics.json": null, "metrics.json.dvc": DVC_POINTER }, reason: "dvc-tracked" },
];

const bench = await openIngestBench();
after(() => bench.close());
const server = await serve(bench.folder);

async function importOf({ name, edit }: ProblemCase): Promise<{ id: RepositoryId; stored: StoredHistory }> {
  const builder = new HistoryBuilder(join(bench.folder, `${name}.git`));
  builder.commit({ files: { "metrics.json": GOOD } });
  builder.commit({ files: edit });
  builder.commit({ files: { README: "x" } });
  builder.commit({ files: { "metrics.json": '{"score":2}', "metrics.json.dvc": null } });
  await builder.finish();
  const id = await bench.add({ url: `${server.url}/${name}.git` });
  return { id, stored: await readStoredHistory(bench.store, id) };
}

for (const problem of CASES) {
  test(`importHistory() keeps one problem and one mark for a file that is ${problem.reason}`, async () => {
    const { stored } = await importOf(problem);
    assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
    const bad = stored.versions.filter(({ reason }) => reason !== null);
    assert.deepEqual(
      bad.map(({ path, reason, values }) => [path, reason, values]),
      [["metrics.json", problem.reason, null]],
    );
    const [first, second, third, fourth] = stored.commits;
    assert.deepEqual(
      stored.commits.map(({ warned }) => warned),
      [[], ["metrics.json"], [], []],
      "the mark stands on the commit that brought it in",
    );
    assert.deepEqual(
      stored.commits.map(({ files }) => files.get("metrics.json")?.reason),
      [null, problem.reason, problem.reason, null],
      "all commits that have it miss its values",
    );
    const baselines = [second, third, fourth].map((commit) => commit?.baselines.get("metrics.json")?.position);
    assert.deepEqual(baselines, [0, 0, 0], "the nearest readable version is the first one");
    assert.equal(first?.baselines.size, 0);
  });
}

test("a metric file that DVC keeps outside Git is imported and synced, however old the file that points to it", async () => {
  const folder = join(bench.folder, "kept.git");
  const builder = new HistoryBuilder(folder);
  builder.commit({ files: { "metrics.json": GOOD } });
  builder.commit({ files: { "metrics.json": null, "metrics.json.dvc": DVC_POINTER } });
  for (let step = 0; step < 43; step++) builder.commit({ files: { "params.yaml": `lr: ${step}\n` } });
  const pushed = builder.commit({ branch: "next", parents: [builder.commit({ files: { README: "x" } })] });
  builder.commit({ branch: "next", parents: [pushed], files: { "params.yaml": "lr: 50\n" } });
  await builder.finish();
  const next = git(folder, "rev-parse", "next");
  git(folder, "update-ref", "-d", "refs/heads/next");
  const id = await bench.add({ url: `${server.url}/kept.git` });
  const imported = await readStoredHistory(bench.store, id);
  git(folder, "update-ref", "refs/heads/main", next);
  await bench.sync(id);
  const synced = await readStoredHistory(bench.store, id);
  for (const { repository, commits } of [imported, synced]) {
    assert.equal(repository["state"], "ready", String(repository["problem"]));
    for (const { files, baselines, warned, position } of commits.slice(1)) {
      assert.equal(files.get("metrics.json")?.reason, "dvc-tracked", `at ${position}`);
      assert.equal(baselines.get("metrics.json")?.position, 0);
      assert.deepEqual(warned, position === 1 ? ["metrics.json"] : []);
    }
  }
  assert.deepEqual([imported.commits.length, synced.commits.length], [46, 48]);
});

test("importHistory() says once, at its commit, that a dvc.yaml cannot be read", async () => {
  const { stored } = await importOf({ name: "declares", edit: { "dvc.yaml": "stages: [\n" }, reason: "not-readable" });
  assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
  const told = stored.commits.map(({ warnings }) => JSON.stringify(warnings));
  assert.match(told[1] ?? "", /"message":"dvc\.yaml: Found .* in line 2, column 1, wanted YAML\. .* mend it/);
  for (const other of [0, 2, 3]) assert.doesNotMatch(told[other] ?? "", /dvc\.yaml/);
});

test("importHistory() says size and limit of a file that is too large", async () => {
  const rows = await bench.store.query<{ problem: { size: number; limit: number; message: string } }>(
    "SELECT problem FROM metric_file WHERE organization_id = $1 AND problem->>'reason' = 'too-large'",
  );
  assert.deepEqual(
    rows.map(({ problem: { size, limit } }) => [size, limit]),
    [[TOO_LARGE.length, 4 * 1024 * 1024]],
  );
});

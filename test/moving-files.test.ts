// Metric files that move, come and go, live on some branches only or change their whole shape: stored as git has them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { type FileEdit, git, HistoryBuilder, type Mark } from "./helpers/git-history.ts";
import { checkHistory, HistoryOracle } from "./helpers/history-oracle.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { serve } from "./helpers/served-history.ts";
import { readStoredHistory, type StoredHistory } from "./helpers/stored-history.ts";

const bench = await openIngestBench();
after(() => bench.close());
const server = await serve(bench.folder);

/** What one commit does to `main`, or to another branch. */
type Step =
  | Readonly<Record<string, FileEdit>>
  | { readonly on: string; readonly files: Readonly<Record<string, FileEdit>> };

const loss = (n: number): string => JSON.stringify({ loss: n, train: { epochs: n } });

const HISTORIES: Readonly<Record<string, readonly Step[]>> = {
  "renamed, and renamed again in one commit with a change": [
    { "metrics.json": loss(1) },
    { "eval/metrics.json": { renamedFrom: "metrics.json" } },
    { "eval/metrics.json": loss(2) },
    { "eval/metrics.json": null, "deep/er/metrics.json": loss(3) },
    { "deep/er/metrics.json": loss(4) },
  ],
  "that swap their names": [
    { "a/metrics.json": loss(1), "b/metrics.json": loss(2) },
    { "a/metrics.json": loss(2), "b/metrics.json": loss(1) },
    { "a/metrics.json": loss(3) },
  ],
  "deleted, and back with the same bytes, and with others": [
    { "metrics.json": loss(1) },
    { "metrics.json": null },
    { README: "x" },
    { "metrics.json": loss(1) },
    { "metrics.json": null },
    { "metrics.json": loss(9) },
  ],
  "that become folders, links and files again": [
    { "metrics.json": loss(1) },
    { "metrics.json": null, "metrics.json/metrics.json": loss(2) },
    { "metrics.json/metrics.json": null, "metrics.json": loss(3) },
  ],
  "replaced by another file under the old name": [
    { "metrics.json": loss(1), "old/metrics.json": loss(5) },
    { "metrics.json": '{"speed":{"p50":1,"p99":2}}', "old/metrics.json": null },
    { "metrics.json": '{"speed":{"p50":3,"p99":4}}' },
    { "old/metrics.json": { renamedFrom: "metrics.json" } },
    { "metrics.json": loss(6) },
  ],
  "on a branch of data only": [
    { README: "code" },
    { README: "more code" },
    { on: "results", files: { "metrics.json": loss(1) } },
    { on: "results", files: { "metrics.json": loss(2) } },
    { README: "still no figures" },
    { on: "results", files: { "runs/metrics.json": loss(3) } },
  ],
  "in some branches only, and another one in each": [
    { README: "code" },
    { on: "a", files: { "a/metrics.json": loss(1) } },
    { on: "b", files: { "b/metrics.json": loss(2) } },
    { on: "c", files: { README: "none here" } },
    { on: "a", files: { "a/metrics.json": loss(3), "b/metrics.json": loss(4) } },
    { "metrics.json": loss(5) },
  ],
  "whose shape changes completely, and back": [
    { "metrics.json": loss(1) },
    { "metrics.json": '{"a":{"b":{"c":{"d":3}}},"text":"x","flag":true}' },
    { "metrics.json": '{"loss":{"train":1,"test":2}}' },
    { "metrics.json": "{}" },
    { "metrics.json": '{"loss":"high"}' },
    { "metrics.json": "[not JSON" },
    { "metrics.json": loss(8) },
  ],
};

async function build(name: string, steps: readonly Step[]): Promise<string> {
  const folder = join(bench.folder, `${name}.git`);
  const builder = new HistoryBuilder(folder);
  let root: Mark | null = null;
  const begun = new Set<string>();
  for (const step of steps) {
    const own = "on" in step && typeof step.on === "string" ? step.on : null;
    const files = (own === null ? step : step["files"]) as Readonly<Record<string, FileEdit>>;
    const branch = own ?? "main";
    // a branch of data begins with nothing, the others where main began
    const parents =
      begun.has(branch) || root === null || own === null ? {} : { parents: own === "results" ? [] : [root] };
    const mark = builder.commit({ branch, files, ...parents });
    begun.add(branch);
    root ??= mark;
  }
  await builder.finish();
  return folder;
}

async function check(id: RepositoryId, folder: string): Promise<StoredHistory> {
  const stored = await readStoredHistory(bench.store, id);
  assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
  const lines = git(folder, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads").split("\n");
  const heads = new Map(lines.map((line) => line.split(" ") as [string, string]));
  const oracle = new HistoryOracle(folder);
  checkHistory(stored, oracle, heads);
  const shas = stored.commits.map(({ sha }) => sha);
  for (const commit of stored.commits) oracle.check(commit, (position) => shas[position] ?? "none");
  return stored;
}

for (const [index, [name, steps]] of Object.entries(HISTORIES).entries()) {
  test(`importHistory() and syncRepository() follow metric files ${name}`, async () => {
    const folder = await build(`moving-${index}`, steps);
    const whole = await check(await bench.add({ url: `${server.url}/moving-${index}.git` }), folder);
    assert.ok(whole.versions.length > 0 && whole.commits.length === steps.length);
    // and the same when every commit is a push of its own
    const pushed = await build(`pushed-${index}`, steps);
    const heads = new Map<string, string[]>();
    for (const branch of git(pushed, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split("\n")) {
      heads.set(branch, git(pushed, "rev-list", "--reverse", "--topo-order", branch).split("\n"));
    }
    for (const [branch, shas] of heads) git(pushed, "update-ref", `refs/heads/${branch}`, shas[0] as string);
    const id = await bench.add({ folder: pushed });
    for (let length = 1; length <= steps.length; length += 1) {
      for (const [branch, shas] of heads) {
        git(pushed, "update-ref", `refs/heads/${branch}`, shas[Math.min(length, shas.length) - 1] as string);
      }
      await bench.sync(id);
      await check(id, pushed);
    }
  });
}

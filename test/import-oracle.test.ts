// Every row of an import against plain git, over generated histories of every shape, read over HTTP and in place.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { checkHistory, HistoryOracle } from "./helpers/history-oracle.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2);
const COMMITS = 90;

let bench: IngestBench;
let partial: GitServer;
let whole: GitServer;

before(async () => {
  bench = await openIngestBench();
  partial = await startGitServer({ root: bench.folder });
  whole = await startGitServer({ root: bench.folder, allowFilter: false });
});
after(async () => {
  await Promise.all([partial.close(), whole.close()]);
  await bench.close();
});

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = 20_260_000 + round;
  test(`importHistory() stores what git shows, seed ${seed}`, async (t) => {
    const name = `history-${seed}.git`;
    const history = await buildRandomHistory(join(bench.folder, name), { seed, commits: COMMITS });
    t.diagnostic(JSON.stringify(history.shapes));
    const servers = [{ url: `${partial.url}/${name}` }, { url: `${whole.url}/${name}` }, { folder: history.folder }];
    const repository = await bench.add(servers[round % servers.length] as (typeof servers)[number]);
    const stored = await readStoredHistory(bench.store, repository);
    assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
    assert.equal(stored.commits.length, history.commits.length);
    const oracle = new HistoryOracle(history.folder);
    checkHistory(stored, oracle, history.heads);
    const shaAt = (position: number): string => stored.commits[position]?.sha ?? "none";
    for (const commit of stored.commits) oracle.check(commit, shaAt);
  });
}

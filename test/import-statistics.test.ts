// What Postgres knows of an imported repository: without it the pages of a first import read every row for a minute.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";

const bench = await openIngestBench();
after(() => bench.close());

async function addHistory(name: string, commits: number): Promise<void> {
  const folder = join(bench.folder, name);
  const builder = new HistoryBuilder(folder);
  for (let n = 0; n < commits; n++) builder.commit({ files: { "metrics.json": `{"n":${n}}` } });
  await builder.finish();
  await bench.add({ folder });
}

async function countedCommits(): Promise<number | undefined> {
  const text = "SELECT reltuples AS rows FROM pg_class WHERE oid = 'git_commit'::regclass";
  return (await bench.database.database.owner.query<{ rows: number }>(text))[0]?.rows;
}

test("importHistory() lets Postgres count the rows of a repository that has many of them, and not those of a small one", async () => {
  await addHistory("large.git", 60);
  assert.equal(await countedCommits(), 60);
  await addHistory("small.git", 3);
  assert.equal(await countedCommits(), 60);
  await addHistory("second.git", 40);
  assert.equal(await countedCommits(), 103);
});

// W15: a server tells of a push before all of its copies have it. What a delivery names is asked for until it is seen.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { UNSEEN_WAITS_MS } from "../src/ingest/done-rule.ts";
import type { NamedRef } from "../src/store/event.ts";
import { git, HistoryBuilder } from "./helpers/git-history.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

let bench: IngestBench;
let server: GitServer;
let made = 0;

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder });
});
after(async () => {
  await server.close();
  await bench.close();
});

/** A repository with three commits, of which the server shows the first. */
async function makeLate(): Promise<{ id: RepositoryId; shas: string[]; show: (sha: string | null) => void }> {
  made += 1;
  const folder = join(bench.folder, `late-${made}.git`);
  const builder = new HistoryBuilder(folder);
  const marks = [1, 2, 3].map((n) => builder.commit({ files: { "metrics.json": `{"n":${n}}` } }));
  const shaOf = await builder.finish();
  const shas = marks.map((mark) => shaOf(mark) as string);
  const show = (sha: string | null): void => {
    if (sha === null) git(folder, "update-ref", "-d", "refs/heads/main");
    else git(folder, "update-ref", "refs/heads/main", sha);
  };
  git(folder, "update-ref", "refs/heads/main", shas[0] as string);
  return { id: await bench.add({ url: `${server.url}/late-${made}.git` }), shas, show };
}

async function deliver(id: RepositoryId, named: readonly NamedRef[]): Promise<void> {
  const insert = `INSERT INTO event (organization_id, repository_id, source, task, named) VALUES ($1, $2, 'webhook', 'sync', $3)`;
  await bench.store.write((tx) => tx.query(insert, [id, JSON.stringify(named)]));
}

interface Row {
  readonly state: string;
  readonly attempts: number;
  readonly waits: number;
  readonly error: string | null;
}

/** Lets the time of the next look come and has it made. @returns the deliveries of a repository afterwards */
async function look(id: RepositoryId): Promise<Row[]> {
  await bench.store.write((tx) =>
    tx.query("UPDATE event SET due_at = now() WHERE organization_id = $1 AND state = 'failed'", []),
  );
  await bench.work();
  return bench.store.query<Row>(
    `SELECT state, attempts, error, round(1000 * extract(epoch FROM due_at - now()), -3)::int AS waits FROM event
     WHERE organization_id = $1 AND repository_id = $2 AND source = 'webhook' ORDER BY id`,
    [id],
  );
}

async function subjectsOf(id: RepositoryId): Promise<unknown[]> {
  const { commits, repository } = await readStoredHistory(bench.store, id);
  assert.equal(repository["state"], "ready", "a server that is behind is no failure of the repository");
  return commits.map(({ sha }) => sha);
}

test("a push is asked for until the server shows it: five looks at the state before, and the commit still arrives", async () => {
  const { id, shas, show } = await makeLate();
  const [first, second] = shas as [string, string];
  await deliver(id, [{ ref: "refs/heads/main", before: first, after: second }]);
  for (let looks = 1; looks <= 5; looks += 1) {
    const [row] = await look(id);
    assert.deepEqual([row?.state, row?.attempts], ["failed", looks]);
    assert.equal(row?.waits, UNSEEN_WAITS_MS[looks - 1]);
    assert.match(row?.error ?? "", /does not show "main" at/);
    assert.deepEqual(await subjectsOf(id), [first]);
  }
  show(second);
  const [row] = await look(id);
  assert.deepEqual([row?.state, row?.error], ["done", null]);
  assert.deepEqual(await subjectsOf(id), [first, second]);
});

test("one run answers all deliveries, each by its own refs", async () => {
  const { id, shas, show } = await makeLate();
  const [first, second, third] = shas as [string, string, string];
  await deliver(id, [{ ref: "refs/heads/main", before: first, after: second }]);
  await deliver(id, [{ ref: "refs/heads/main", before: second, after: third }]);
  await deliver(id, []);
  show(second);
  const states = (await look(id)).map(({ state }) => state);
  assert.deepEqual(states, ["done", "failed", "done"]);
  show(third);
  assert.deepEqual(
    (await look(id)).map(({ state }) => state),
    ["done", "done", "done"],
  );
  assert.deepEqual(await subjectsOf(id), shas);
});

test("what is forced away before anybody looked is not waited for", async () => {
  const { id, shas, show } = await makeLate();
  const [first, second, third] = shas as [string, string, string];
  const away = "a".repeat(40);
  await deliver(id, [{ ref: "refs/heads/main", before: first, after: away }]);
  show(third);
  const [row] = await look(id);
  assert.deepEqual([row?.state, row?.error], ["done", null]);
  assert.deepEqual(await subjectsOf(id), [first, second, third]);
});

test("what is never seen is let go in the end, in words", async () => {
  const { id, shas } = await makeLate();
  await deliver(id, [{ ref: "refs/heads/main", before: shas[0] as string, after: "b".repeat(40) }]);
  for (let looks = 0; looks < UNSEEN_WAITS_MS.length; looks += 1) assert.equal((await look(id))[0]?.state, "failed");
  const [row] = await look(id);
  assert.equal(row?.state, "done");
  assert.match(row?.error ?? "", /does not show "main" at bbbbbbbbbbbb\. It was not waited for any longer/);
});

test("an event keeps what its run led to: the branches it moved, commits, files, warnings", async () => {
  const { id, shas, show } = await makeLate();
  const [first, , third] = shas as [string, string, string];
  await deliver(id, [{ ref: "refs/heads/main", before: first, after: third }]);
  show(third);
  await look(id);
  const rows = await bench.store.query(
    "SELECT task, commits, files, warnings, heads FROM event WHERE organization_id = $1 AND repository_id = $2 ORDER BY id",
    [id],
  );
  assert.deepEqual(rows, [
    { task: "import", commits: 1, files: 1, warnings: 0, heads: [{ branch: "main", old: null, new: first }] },
    {
      task: "sync",
      commits: 2,
      files: 2,
      warnings: 0,
      heads: [{ branch: "main", old: first, new: third, replaced: 0 }],
    },
  ]);
});

// W18: a server that answers a followed repository oddly, time after time, brings it into the right state, with one message
// to people, and it is back by itself when the server is.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { pollDue } from "../src/ingest/poller.ts";
import { type GitServerFault, startGitServer } from "./helpers/git-server.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";

/** Looks at a repository while its server answers so: people are told of some answers after three. */
const LOOKS = 4;

let fault: GitServerFault | null = null;
const bench = await openIngestBench();
const server = await startGitServer({ root: bench.folder, fault: () => fault });
const { owner } = bench.database.database;
after(async () => {
  await server.close();
  await bench.close();
});

afterEach(() => {
  fault = null;
});

interface Told {
  readonly state: string;
  readonly problem: string | null;
  readonly waits: boolean;
}

async function told(id: RepositoryId): Promise<Told> {
  const [row] = await owner.query<Told>(
    `SELECT state, coalesce(problem, poll_problem) AS problem, EXISTS (SELECT FROM git_host WHERE paused_until > now()) AS waits
     FROM git_repository WHERE id = $1`,
    [id],
  );
  return row ?? assert.fail("it is gone");
}

/** Lets what is waited for be over, and has the repository looked at and worked on. */
async function look(id: RepositoryId): Promise<void> {
  await owner.query("DELETE FROM git_host");
  await owner.query("UPDATE git_repository SET poll_due_at = 'infinity' WHERE id <> $1", [id]);
  await owner.query("UPDATE git_repository SET poll_due_at = '2000-01-01T00:00:00Z', retry_at = NULL WHERE id = $1", [
    id,
  ]);
  await owner.query("UPDATE event SET due_at = now() WHERE state = 'failed'");
  await pollDue({ ...bench.deps, now: Date.now, pollSeconds: 300, random: () => 0 });
  await bench.work();
}

const ANSWERS: readonly {
  readonly name: string;
  readonly fault: () => GitServerFault;
  readonly problem: RegExp | null;
  readonly waits?: true;
}[] = [
  {
    name: "429 with Retry-After",
    fault: () => ({ kind: "status", status: 429, headers: { "retry-after": "60" } }),
    problem: null,
    waits: true,
  },
  { name: "403 without headers", fault: () => ({ kind: "status", status: 403 }), problem: /no access/ },
  { name: "401", fault: () => ({ kind: "status", status: 401 }), problem: /no access/ },
  {
    name: "301 to another name",
    fault: () => ({ kind: "redirect", to: `${server.url}/renamed.git` }),
    problem: /sends on to another address/,
  },
  {
    name: "a page with status 200",
    fault: () => ({ kind: "body", text: "<html>Sign in</html>" }),
    problem: /not Git's/,
  },
];

for (const { name, fault: answer, problem, waits = false } of ANSWERS) {
  test(`${name}, time after time: the right state and one message, and all is well when the server is`, async () => {
    const file = `${name.replaceAll(/\W+/g, "-")}.git`;
    const pushed = new PushedRepository(join(bench.folder, file));
    pushed.commit("main");
    const id = await bench.add({ url: `${server.url}/${file}` });
    await look(id);
    const events = async () =>
      owner.query<{ state: string }>("SELECT state FROM event WHERE repository_id = $1 AND state <> 'done'", [id]);
    assert.deepEqual(await events(), []);
    pushed.commit("main");
    fault = answer();
    for (let looks = 0; looks < LOOKS; looks += 1) await look(id);
    const during = await told(id);
    // to come back later is no failure: the repository's health tells that its server is left alone
    if (problem === null) assert.deepEqual([during.state, during.problem], ["ready", null]);
    else assert.match(during.problem ?? "", problem);
    assert.equal(during.waits, waits, "its server is left alone, or not");
    const open = await events();
    assert.equal(open.length, problem === null ? 0 : 1, JSON.stringify(open));
    fault = null;
    await look(id);
    const { state, problem: left } = await told(id);
    assert.deepEqual([state, left], ["ready", null]);
    const [row] = await owner.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM git_commit WHERE repository_id = $1",
      [id],
    );
    assert.equal(row?.count, 2);
  });
}

// The server as people start it: a process of its own, signed in to by its link, stopped, killed and started again.
import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { after, test } from "node:test";
import { postmasterState } from "../src/store/postmaster-file.ts";
import { git, gitBytes, HistoryBuilder } from "./helpers/git-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { postgresOf, runTidemark, type ServerProcess, signIn, startTidemark } from "./helpers/tidemark-process.ts";

/** Looks at a server that works, before giving up: a minute. */
const MAX_LOOKS = 1_200;
const LOOK_MS = 50;
/** Commits of the history whose import is killed: seconds of work. */
const LONG_HISTORY = 12_000;
const PAGE = 200;

const servers: ServerProcess[] = [];
after(async () => {
  for (const server of servers) await server.stop();
});
const root = temporaryFolder();
// Postgres' account passes through when root runs the tests
chmodSync(root, 0o711);
const data = join(root, "data");
const history = join(root, "history.git");

interface Row {
  readonly sha: string;
  readonly values: readonly unknown[];
}

interface Page {
  readonly columns: readonly { readonly id: string }[];
  readonly commits: readonly Row[];
  readonly nextCursor: string | null;
  readonly coverage: { readonly importedTo: number | null };
}

interface View {
  readonly name: string;
  readonly state: string;
  readonly commits: number;
  readonly progress: { readonly commitsDone: number } | null;
}

/** A server and the person who signed in to it. */
class Visit {
  readonly server: ServerProcess;
  readonly #cookie: string;

  private constructor(server: ServerProcess, cookie: string) {
    this.server = server;
    this.#cookie = cookie;
  }

  static async start(words: readonly string[]): Promise<Visit> {
    const server = await startTidemark(words);
    servers.push(server);
    const { answer, cookie } = await signIn(server, server.token);
    assert.equal(answer.status, 200, answer.text);
    return new Visit(server, cookie);
  }

  async get<Answer>(path: string): Promise<Answer> {
    const { status, text } = await this.server.ask({ path, headers: { cookie: this.#cookie } });
    assert.equal(status, 200, text);
    return JSON.parse(text) as Answer;
  }

  async change(method: "POST" | "DELETE", path: string): Promise<number> {
    const origin = `http://127.0.0.1:${this.server.port}`;
    const headers = { cookie: this.#cookie, origin, "content-type": "application/json" };
    return (await this.server.ask({ method, path, headers })).status;
  }

  async names(): Promise<string[]> {
    const { repositories } = await this.get<{ repositories: View[] }>("/api/v1/repositories");
    return repositories.map(({ name }) => name);
  }

  view(name: string): Promise<View> {
    return this.get<View>(`/api/v1/repositories/${name}`);
  }

  /** Looks at a repository until it is as wanted. */
  async until(name: string, wanted: (view: View) => boolean): Promise<View> {
    for (let look = 0; look < MAX_LOOKS; look++) {
      const view = await this.view(name);
      if (wanted(view)) return view;
      await wait(LOOK_MS);
    }
    throw new Error(`${name} stays ${JSON.stringify(await this.view(name))}; ${this.server.err()}`);
  }

  /** All rows of the default branch, page by page. */
  async rows(name: string, column: string): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor: string | null = null;
    do {
      const next = cursor === null ? "" : `&cursor=${cursor}`;
      const path = `/api/v1/repositories/${name}/commits?limit=${PAGE}&columns=${encodeURIComponent(column)}${next}`;
      const page: Page = await this.get<Page>(path);
      rows.push(...page.commits);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return rows;
  }
}

function metrics(commit: number): string {
  const rows = [
    { name: "a", loss: -commit },
    { name: "b", loss: commit },
  ];
  return JSON.stringify({ acc: commit / 16, rows, text: `at ${commit}` });
}

async function build(folder: string, commits: number, content = metrics): Promise<void> {
  const builder = new HistoryBuilder(folder);
  for (let commit = 1; commit <= commits; commit++) {
    // every fourth commit changes nothing that is read
    const path = commit % 4 === 0 ? "README.md" : "metrics.json";
    builder.commit({ files: { [path]: content(commit) } });
    if (commit % 1_000 === 0) await builder.drained();
  }
  await builder.finish();
}

/** @returns what a page should show of one number, newest first, read by `git show` */
function shown(folder: string, key: string): Row[] {
  const shas = git(folder, "log", "--first-parent", "--format=%H", "main").split("\n");
  return shas.map((sha) => {
    const document = JSON.parse(git(folder, "show", `${sha}:metrics.json`)) as Record<string, unknown>;
    return { sha, values: [document[key]] };
  });
}

const rowsOnly = (rows: readonly Row[]): Row[] => rows.map(({ sha, values }) => ({ sha, values }));

/** What has become of a Postgres that should have ended; init may not have collected it yet. */
async function assertGone(pid: number | null): Promise<void> {
  assert.ok(pid !== null && pid > 0, "it had a pid");
  assert.ok(["gone", "zombie"].includes(await postmasterState(pid)), `Postgres ${pid} is still there`);
}

let visit: Visit;
await build(history, 12);

test("tidemark serve prints a link that signs in once, and shows what git show shows", async () => {
  visit = await Visit.start(["--data", data, history]);
  const { answer } = await signIn(visit.server, visit.server.token);
  assert.deepEqual([answer.status, JSON.parse(answer.text).code], [403, "link-not-valid"]);
  await visit.until("history", ({ state }) => state === "ready");
  assert.deepEqual(await visit.names(), ["history"], "no demo beside an address");
  for (const key of ["acc", "text"]) {
    assert.deepEqual(rowsOnly(await visit.rows("history", `metrics.json:${key}`)), shown(history, key));
  }
  const [newest] = await visit.rows("history", "metrics.json:rows[name=a].loss");
  assert.deepEqual(newest?.values, [-11]);
});

test("tidemark owner-link leads to the server that runs, and voids the link before", async () => {
  const [first, second] = [await ownerLink(), await ownerLink()];
  assert.ok(second.startsWith(`http://127.0.0.1:${visit.server.port}/signin#tdo_`), second);
  assert.equal((await signIn(visit.server, tokenOf(first))).answer.status, 403);
  assert.equal((await signIn(visit.server, tokenOf(second))).answer.status, 200);
});

async function ownerLink(): Promise<string> {
  const { code, out } = await runTidemark(["owner-link", "--data", data]);
  assert.equal(code, 0);
  return out.trim();
}

const tokenOf = (link: string): string => link.slice(link.indexOf("#") + 1);

test("tidemark repository works beside a running server, which shows what it did", async () => {
  const other = join(root, "other.git");
  await build(other, 3);
  const said = async (...words: string[]): Promise<string> => {
    const { code, out, err } = await runTidemark(["repository", ...words, "--data", data]);
    assert.deepEqual([code, err], [0, ""], words.join(" "));
    return out;
  };
  assert.equal(await said("add", other), "other: 3 commits, 1 branch, 1 metric file\n");
  assert.deepEqual(rowsOnly(await visit.rows("other", "metrics.json:acc")), shown(other, "acc"));
  const list = await said("list");
  assert.match(list, /^\d+ {2}history: 12 commits, 1 branch, 1 metric file {2}\(ready\)$/m);
  assert.match(list, /^\d+ {2}other: 3 commits, 1 branch, 1 metric file {2}\(ready\)$/m);
  pushOnto(other, 50);
  assert.equal(await said("sync", "other"), "other: 4 commits, 1 branch, 1 metric file\n");
  assert.equal(await said("remove", "other"), "other is removed.\n");
  assert.deepEqual(await visit.names(), ["history"]);
});

test("tidemark repository sync says what is there once the commits are read that a clone was deepened by", async () => {
  const origin = join(root, "deep.git");
  await build(origin, 5);
  const shallow = join(root, "shallow.git");
  git(origin, "clone", "--quiet", "--bare", "--depth=2", `file://${origin}`, shallow);
  const said = async (...words: string[]): Promise<string> =>
    (await runTidemark(["repository", ...words, "--data", data])).out;
  assert.equal(await said("add", shallow), "shallow: 2 commits, 1 branch, 1 metric file\n");
  git(shallow, "fetch", "--quiet", "--unshallow", "origin", "+refs/heads/*:refs/heads/*");
  assert.equal(await said("sync", "shallow"), "shallow: 5 commits, 1 branch, 1 metric file\n");
  await said("remove", "shallow");
});

/** Adds a commit to `main`, as a push does. */
function pushOnto(folder: string, commit: number): void {
  const content = metrics(commit);
  const head = `commit refs/heads/main\ncommitter Ada <ada@example.org> ${1_700_100_000 + commit} +0000\ndata 4\nmore\n`;
  const file = `M 100644 inline metrics.json\ndata ${content.length}\n${content}\n`;
  gitBytes(folder, ["fast-import", "--quiet"], `${head}from refs/heads/main^0\n${file}\n`);
}

test("tidemark serve brings in a new commit when the page asks for it", async () => {
  pushOnto(history, 99);
  assert.equal(await visit.change("POST", "/api/v1/repositories/history/sync"), 202);
  await visit.until("history", ({ commits }) => commits === 13);
  const rows = rowsOnly(await visit.rows("history", "metrics.json:acc"));
  assert.equal(rows[0]?.values[0], 99 / 16);
  assert.deepEqual(rows, shown(history, "acc"));
});

test("tidemark serve refuses data that another one serves, which goes on", async () => {
  const { code, err } = await runTidemark(["serve", "--port", "0", "--data", data]);
  assert.equal(code, 1);
  assert.match(err, new RegExp(`in use by tidemark serve, process ${visit.server.pid}, wanted one process at a time`));
  assert.deepEqual(await visit.names(), ["history"]);
});

test("tidemark serve ends with 0 when it is asked to, leaves no Postgres, and keeps its data", async () => {
  const postgres = postgresOf(data);
  const { code, err } = await visit.server.stop("SIGTERM");
  assert.equal(code, 0);
  // who signed in is told as well
  const told = /^\{"level":"info"|"link-not-valid"/;
  const complaints = err.split("\n").filter((line) => line !== "" && !told.test(line));
  assert.deepEqual(complaints, [], "but for the links that were refused on purpose");
  assert.doesNotMatch(err, /tdo_/, "no token in a log");
  await assertGone(postgres);
  assert.ok(!existsSync(join(data, "server.address")));
  visit = await Visit.start(["--data", data]);
  assert.deepEqual(await visit.names(), ["history"], "also without an address: the demo is for the first start");
  assert.deepEqual(rowsOnly(await visit.rows("history", "metrics.json:acc")), shown(history, "acc"));
  const again = postgresOf(data);
  process.kill(visit.server.pid, "SIGINT"); // one Ctrl-C arrives from the terminal, from npm and from bin/tidemark.mjs
  assert.equal((await visit.server.stop("SIGINT")).code, 0);
  await assertGone(again);
});

test("tidemark serve ends an import that kill -9 broke off, and stops the Postgres that was left", async () => {
  const long = join(root, "long.git");
  await build(long, LONG_HISTORY);
  visit = await Visit.start(["--data", data, long]);
  const at = await visit.until("long", ({ progress }) => (progress?.commitsDone ?? 0) > 0);
  assert.ok((await visit.server.stop("SIGKILL")).code === "SIGKILL");
  const postgres = postgresOf(data);
  visit = await Visit.start(["--data", data]);
  assert.equal(postgresOf(data), postgres, "the Postgres that was left is used");
  const found = await visit.until("long", ({ state }) => state === "ready");
  assert.equal(found.commits, LONG_HISTORY, `killed at ${JSON.stringify(at.progress)}`);
  const shas = git(long, "log", "--first-parent", "--format=%H", "main").split("\n");
  const rows = rowsOnly(await visit.rows("long", "metrics.json:acc"));
  assert.deepEqual(
    rows,
    shas.map((sha, index) => ({ sha, values: [valueAt(LONG_HISTORY - index)] })),
  );
  assert.equal((await visit.server.stop()).code, 0);
  await assertGone(postgres);
});

/** What `build()` left at a commit: each fourth one changed nothing. */
const valueAt = (commit: number): number => (commit % 4 === 0 ? commit - 1 : commit) / 16;

test("tidemark serve without an address shows the demo and its own history, at the first start only", async () => {
  const fresh = join(root, "fresh");
  visit = await Visit.start(["--data", fresh]);
  const names = existsSync(join(import.meta.dirname, "..", ".git")) ? ["demo", "tidemark"] : ["demo"];
  assert.deepEqual(await visit.names(), names);
  await visit.until("demo", ({ state }) => state === "ready");
  assert.ok((await visit.view("demo")).commits >= 300);
  for (const name of names) assert.equal(await visit.change("DELETE", `/api/v1/repositories/${name}`), 204);
  assert.equal((await visit.server.stop()).code, 0);
  visit = await Visit.start(["--data", fresh]);
  assert.deepEqual(await visit.names(), []);
  assert.equal((await visit.server.stop()).code, 0);
});

// A real Gitea, driven end to end: token, webhook made by its API, pushes of every kind, rename, removal.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { git, gitBytes, HistoryBuilder } from "./helpers/git-history.ts";
import { findGitea, type RealGitea, startGitea } from "./helpers/real-gitea.ts";
import { type RunningApp, startRunningApp } from "./helpers/running-app.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { until } from "./helpers/until.ts";

const program = findGitea();
const skip =
  program === null ? "no Gitea: CONTRIBUTING.md says how one is built, or TIDEMARK_TEST_GITEA names it" : false;
const SCOPES = "read:user,write:repository";

const folder = temporaryFolder();
const clone = join(folder, "clone.git");
let gitea: RealGitea;
let server: RunningApp;
const closings: (() => Promise<void>)[] = [];
let cookie = "";

interface Hook {
  readonly config: { readonly url: string };
  readonly events: readonly string[];
  readonly active: boolean;
}

before(async () => {
  if (program === null) return;
  gitea = await startGitea(program, join(folder, "gitea"));
  closings.push(() => gitea.close());
  server = await startRunningApp(folder, {
    TIDEMARK_ALLOW_HTTP: "1",
    TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${new URL(gitea.url).port}`,
    TIDEMARK_POLL_SECONDS: "0", // whatever comes, comes by the webhook
  });
  closings.push(() => server.close());
  const token = (await server.app.ownerToken()).reveal();
  const headers = { origin: server.origin, "content-type": "application/json" };
  const signedIn = await fetch(`${server.origin}/api/v1/session`, {
    method: "POST",
    headers,
    body: JSON.stringify({ token }),
  });
  assert.equal(signedIn.status, 200, await signedIn.text());
  cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
});
after(async () => {
  for (const close of closings.toReversed()) await close();
});

interface Answered<T> {
  readonly status: number;
  readonly told: T;
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<Answered<T>> {
  const headers = { cookie, origin: server.origin, "content-type": "application/json" };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${server.origin}/api/v1${path}`, { method, headers, ...sent });
  const text = await answer.text();
  return { status: answer.status, told: (text === "" ? null : JSON.parse(text)) as T };
}

/** @returns a commit on `parent` with another loss */
function commit(parent: string, loss: number): string {
  const made = (args: readonly string[], input: string): string => gitBytes(clone, args, input).toString().trim();
  const blob = made(["hash-object", "-w", "--stdin"], JSON.stringify({ loss }));
  const tree = made(["mktree"], `100644 blob ${blob}\tmetrics.json\n`);
  return git(clone, "commit-tree", tree, "-p", parent, "-m", `loss ${loss}`);
}

function push(...refs: readonly string[]): void {
  git(clone, "push", "--quiet", "--force", "origin", ...refs);
}

async function shown(repository: string): Promise<string[]> {
  const { told } = await ask<{ commits: { sha: string }[] }>(
    "GET",
    `/repositories/${repository}/commits?view=all&limit=100`,
  );
  return told.commits.map(({ sha }) => sha);
}

/** Waits until exactly the commits that Gitea's branches reach are shown. */
async function equalsGit(repository: string): Promise<void> {
  const wanted = git(clone, "rev-list", "--branches").split("\n").sort();
  await until("the rows are those of Git", async () => String((await shown(repository)).sort()) === String(wanted));
}

test("a real Gitea: a token, a webhook, pushes, a rename, and nothing left behind", { skip }, async (t) => {
  t.diagnostic(`Gitea ${gitea.version}`);
  await gitea.api("POST", "/user/repos", { name: "engine", private: true });
  const builder = new HistoryBuilder(clone);
  for (let n = 0; n < 3; n += 1) builder.commit({ files: { "metrics.json": `{"loss":${n}}` } });
  await builder.finish();
  const login = gitea.token("write:repository");
  git(clone, "remote", "add", "origin", gitea.url.replace("//", `//ada:${login}@`) + "/ada/engine.git");
  push("main");

  await t.test("a token without the rights that it takes is taken, and said to lack them", async () => {
    const body = { kind: "gitea", server: gitea.url, token: gitea.token("read:user,read:repository") };
    const { status, told } = await ask<{ missing: { scope: string }[] }>("POST", "/accounts", body);
    assert.equal(status, 201, JSON.stringify(told));
    assert.deepEqual(
      told.missing.map(({ scope }) => scope),
      ["write:repository"],
    );
  });

  let id = "";
  await t.test("a repository is added with a full token, imported, and has a webhook there", async () => {
    const body = { kind: "gitea", server: gitea.url, token: gitea.token(SCOPES) };
    const connected = await ask<unknown>("POST", "/accounts", body);
    assert.equal(connected.status, 201, JSON.stringify(connected.told));
    const added = await ask<{ id: string }>("POST", "/repositories", { url: `${gitea.url}/ada/engine` });
    assert.equal(added.status, 201, JSON.stringify(added.told));
    id = added.told.id;
    await equalsGit(id);
    await until("a webhook", async () => (await gitea.api<Hook[]>("GET", "/repos/ada/engine/hooks")).length === 1);
    const [hook] = await gitea.api<Hook[]>("GET", "/repos/ada/engine/hooks");
    assert.ok(hook?.config.url.startsWith(`${server.origin}/hooks/`), hook?.config.url);
    assert.equal(hook?.active, true);
  });

  await t.test("a push, a forced push, a new branch and a deleted one are followed by what it delivers", async () => {
    const first = git(clone, "rev-parse", "main");
    git(clone, "update-ref", "refs/heads/main", commit(first, 0.5));
    push("main");
    await equalsGit(id);
    git(clone, "update-ref", "refs/heads/main", commit(git(clone, "rev-parse", `${first}~1`), 0.4));
    git(clone, "update-ref", "refs/heads/side", commit(first, 0.3));
    push("main", "side");
    await equalsGit(id);
    git(clone, "update-ref", "-d", "refs/heads/side");
    push(":side");
    await equalsGit(id);
    const { told } = await ask<{ events: { source: string; state: string }[] }>("GET", `/repositories/${id}/events`);
    assert.ok(told.events.filter(({ source, state }) => source === "webhook" && state === "done").length >= 3);
  });

  await t.test("renamed there, it is followed on under its new name", async () => {
    await gitea.api("PATCH", "/repos/ada/engine", { name: "motor" });
    git(clone, "remote", "set-url", "origin", gitea.url.replace("//", `//ada:${login}@`) + "/ada/motor.git");
    git(clone, "update-ref", "refs/heads/main", commit(git(clone, "rev-parse", "main"), 0.2));
    push("main");
    await equalsGit(id);
    await until(
      "its new name",
      async () => (await ask<{ name: string }>("GET", `/repositories/${id}`)).told.name === "ada/motor",
    );
  });

  await t.test("removed here, its webhook goes there", async () => {
    assert.equal((await ask<null>("DELETE", `/repositories/${id}`)).status, 204);
    await until("no webhook", async () => (await gitea.api<Hook[]>("GET", "/repos/ada/motor/hooks")).length === 0);
  });
});

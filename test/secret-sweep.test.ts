// G1 over the whole system: a repository behind a login is followed, imported and lost, and the login shows nowhere.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Client } from "pg";
import * as columns from "../src/api/contract/columns.ts";
import * as commits from "../src/api/contract/commits.ts";
import type { Contract } from "../src/api/contract/contract.ts";
import * as repositories from "../src/api/contract/repositories.ts";
import * as session from "../src/api/contract/session.ts";
import { type App, startApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { openMirror } from "../src/git/mirror.ts";
import { configureGit } from "../src/git/program.ts";
import { createLog } from "../src/log.ts";
import { checkRemote } from "../src/outbound.ts";
import { basicAuthorization, Secret } from "../src/secrets.ts";
import { readPostmasterFile } from "../src/store/postmaster-file.ts";
import type { GitServer } from "./helpers/git-server.ts";
import { TEST_EGRESS } from "./helpers/mirror-of.ts";
import { repositoryBecomes } from "./helpers/running-app.ts";
import { until } from "./helpers/until.ts";
import { NOBODY, SEES_PROCESSES, SecretSweep, type SeenProcess, seenProcesses } from "./helpers/secret-sweep.ts";
import { makeVersions, serve } from "./helpers/served-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { keepingFetch } from "./helpers/unguarded-fetch.ts";
import { withClient } from "./helpers/with-client.ts";

const PASSWORD = "canary/5b1d 0c7e+2f";
const LOGIN = Buffer.from(`ada:${PASSWORD}`).toString("base64");
const login = new SecretSweep([PASSWORD, LOGIN]);

const folder = temporaryFolder();
const data = join(folder, "data");
const said: string[] = [];
const failures: unknown[] = [];
/** what processes were seen to hold while the server was asked */
const seen: { arguments: SeenProcess[]; environment: SeenProcess[]; sealed: string[] } = {
  arguments: [],
  environment: [],
  sealed: [],
};
let told = 0;

let isLocked = true;
let app: App;
let forge: GitServer;
let token = "";
let cookie = "";
const answers: string[] = [];

/** Asks as a page of the server does. Every answer is kept: it is looked through in the end. */
async function ask(path: string, init: { method?: string; body?: unknown; headers?: Record<string, string> } = {}) {
  const { method = "GET", body, headers = {} } = init;
  const own = { cookie, origin: app.origin, ...(method === "GET" ? {} : { "content-type": "application/json" }) };
  const answer = await fetch(app.origin + path, {
    method,
    headers: { ...own, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  answers.push(`${JSON.stringify([...answer.headers])}\n${text}`);
  return { status: answer.status, text, headers: answer.headers };
}

before(async () => {
  chmodSync(folder, 0o711); // for Postgres' account
  const log = createLog({ level: "debug", destination: { write: (line) => said.push(line) } });
  configureGit({ log });
  await makeVersions(folder, "private.git", 10);
  forge = await serve(folder, {
    fault: ({ authorization }) => {
      if (SEES_PROCESSES) {
        const { arguments: words, environment, networkGit } = login.processes();
        seen.arguments.push(...words);
        seen.environment.push(...environment);
        if (networkGit.length > 0) told += 1;
      }
      return isLocked && authorization !== `Basic ${LOGIN}` ? { kind: "status", status: 401 } : null;
    },
  });
  const env = {
    TIDEMARK_DATA: data,
    TIDEMARK_PORT: "0",
    TIDEMARK_ALLOW_HTTP: "1",
    TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${forge.port}`,
    TIDEMARK_POLL_SECONDS: "0", // a look without the account, begun before it had one, may end at any time
  };
  const config = readConfig(env, folder);
  const start = { config, webFolder: join(folder, "none"), version: "0", log, now: () => Date.now() };
  app = await keepingFetch(() => startApp(start));
  token = (await app.ownerToken()).reveal();
  const signedIn = await ask("/api/v1/session", { method: "POST", body: { token } });
  cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  answers.length = 0; // this one holds the cookie, as it must
  await work();
});
after(async () => {
  await app.close();
  configureGit({});
});

/** @returns what something was refused with */
function refusal(refused: Promise<unknown>): Promise<unknown> {
  return refused.then(
    () => assert.fail("it was done"),
    (error: unknown) => error,
  );
}

/** Asks for a sync. @param sent what each of Git's requests has to carry */
async function sync(becomes: "ready" | "failed", sent: string | null): Promise<void> {
  const earlier = forge.requests.length;
  const asked = await ask("/api/v1/repositories/private/sync", { method: "POST" });
  assert.equal(asked.status, 202);
  const { event } = JSON.parse(asked.text) as { event: string };
  await until("the sync is answered", async () => {
    const { text } = await ask("/api/v1/repositories/private/events");
    const { events } = JSON.parse(text) as { events: { id: string; state: string }[] };
    return ["done", "dead"].includes(events.find(({ id }) => id === event)?.state ?? "");
  });
  await repositoryBecomes(becomes, "private", { origin: app.origin, cookie });
  assert.deepEqual(new Set(forge.requests.slice(earlier).map(({ authorization }) => authorization)), new Set([sent]));
}

/** A repository is read with an account: with a wrong password, with the right one, with it removed. */
async function workWithAccount(repository: string): Promise<void> {
  const body = { kind: "plain", server: forge.url, login: "ada", token: `${PASSWORD} wrong` };
  const made = await ask("/api/v1/accounts", { method: "POST", body });
  assert.equal(made.status, 201, made.text);
  const { id } = JSON.parse(made.text) as { id: string };
  const use = "UPDATE git_repository SET git_account_id = $1 WHERE id = $2";
  await withAdmin((client) => client.query(use, [id, repository]));
  await sync("failed", `Basic ${Buffer.from(`ada:${PASSWORD} wrong`).toString("base64")}`);
  const change = (given: unknown) => ask(`/api/v1/accounts/${id}`, { method: "PATCH", body: { token: given } });
  assert.equal((await change([PASSWORD])).status, 400);
  assert.equal((await change(`${PASSWORD}\n`)).status, 400);
  assert.equal((await change(PASSWORD)).status, 200);
  await sync("ready", `Basic ${LOGIN}`);
  await ask("/api/v1/accounts");
  await ask(`/api/v1/accounts/${id}/repositories`);
  await askEverything();
  seen.sealed.push(...(await withAdmin((client) => login.tables(client))));
  const removed = await ask(`/api/v1/accounts/${id}`, { method: "DELETE" });
  assert.deepEqual(JSON.parse(removed.text), { repositories: ["private"] });
  await sync("failed", null);
}

/** All that a login can be part of: typed into an address, kept with an account, given to git, refused by the server. */
async function work(): Promise<void> {
  const url = `${forge.url}/private.git`;
  const withLogin = url.replace("://", `://ada:${encodeURIComponent(PASSWORD)}@`);
  assert.equal((await ask("/api/v1/repositories", { method: "POST", body: { url: withLogin } })).status, 400);
  failures.push(await refusal(app.follow({ url: withLogin })));
  await app.follow({ url });
  await repositoryBecomes("failed", "private", { origin: app.origin, cookie });
  const { id } = JSON.parse((await ask("/api/v1/repositories/private")).text) as { id: string };
  const remote = await checkRemote(url, TEST_EGRESS);
  const wrong = basicAuthorization("ada", Secret.of(`${PASSWORD} wrong`));
  const place = { root: join(data, "mirrors"), id, remote, authorization: wrong };
  failures.push(await refusal(openMirror(place)));
  await workWithAccount(id);
  isLocked = false;
  await sync("ready", null);
  isLocked = true;
  await sync("failed", null);
  await ask(`/api/v1/repositories?token=${encodeURIComponent(PASSWORD)}`);
  await ask("/api/v1/repositories", { headers: { authorization: `Basic ${LOGIN}` } });
  await ask(`/api/v1/repositories/${encodeURIComponent(withLogin)}`);
  await askEverything();
}

/** Asks every route that changes nothing. */
async function askEverything(): Promise<void> {
  const page = JSON.parse((await ask("/api/v1/repositories/private/commits")).text) as {
    commits: { sha: string }[];
  };
  const sha = page.commits[0]?.sha ?? "";
  assert.equal(page.commits.length, 10);
  const isRead = (each: unknown): each is Contract => (each as Contract | null)?.method === "GET";
  const contracts = Object.values<unknown>({ ...repositories, ...commits, ...columns, ...session }).filter(isRead);
  for (const { url } of contracts) {
    const path = url.replace(":repository", "private").replace(":sha", sha).replace("*", "metrics.json");
    assert.equal((await ask(path)).status, 200, path);
  }
}

async function withAdmin<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const { admin } = JSON.parse(readFileSync(PASSWORD_FILE, "utf8")) as Record<string, string>;
  const { socketFolder = "" } = (await readPostmasterFile(join(data, "pg18"))) ?? {};
  const url = Secret.of(`postgres://tidemark:${admin}@localhost/tidemark?host=${socketFolder}`);
  return withClient(url, use);
}

const PASSWORD_FILE = join(data, "pg18", "tidemark.passwords.json");

describe("a repository's login", () => {
  test("is in no answer of the API", () =>
    assert.deepEqual(
      answers.filter((text) => login.isIn(text)),
      [],
    ));

  test("is in no line of the log", () => {
    assert.ok(said.some((line) => line.includes("git ended")) && said.some((line) => line.includes("private.git")));
    assert.deepEqual(
      said.filter((line) => login.isIn(line)),
      [],
    );
  });

  test("is in no error, not even in what is hidden of it", () => {
    assert.equal(failures.length, 2);
    for (const error of failures) assert.ok(!login.isInError(error), String(error));
  });

  test("is in no file: mirrors, Postgres' files and its log", () => assert.deepEqual(login.files(folder), []));

  test("is in no row of any table, also while an account has it", async () => {
    assert.deepEqual(seen.sealed, []);
    assert.deepEqual(await withAdmin((client) => login.tables(client)), []);
  });

  test("is in the environment of git and what git starts only, and in no argument", { skip: !SEES_PROCESSES }, () => {
    assert.deepEqual([seen.arguments, seen.environment], [[], []]);
    assert.ok(told >= 3, `${told}: git was seen with it`);
    assert.deepEqual(login.processes(), NOBODY, "and now nobody has it any more");
  });
});

test("the server's own secrets are in the one file that keeps each, and in no log, argument or environment", async () => {
  const passwords = Object.values(JSON.parse(readFileSync(PASSWORD_FILE, "utf8")) as Record<string, string>);
  const key = readFileSync(join(data, "session.key"), "utf8").trim();
  const sealKey = readFileSync(join(data, "seal.key"), "utf8").trim();
  const cases: readonly (readonly [string, string[], string[]])[] = [
    ["the passwords of Postgres", passwords, ["data/pg18/tidemark.passwords.json"]],
    ["the key that seals", [sealKey.split(":")[1] ?? ""], ["data/seal.key"]],
    ["the key of sessions", [key], ["data/session.key"]],
    ["the owner's link", [token], []],
    ["a session's cookie", [cookie.split("=")[1] ?? "", decodeURIComponent(cookie.split("=")[1] ?? "")], []],
  ];
  for (const [name, secrets, files] of cases) {
    assert.ok(
      secrets.every((secret) => secret.length >= 20),
      name,
    );
    assert.deepEqual(new SecretSweep(secrets).files(folder), files, name);
  }
  const sweep = new SecretSweep(cases.flatMap(([, secrets]) => secrets));
  assert.deepEqual(
    [...said, ...answers].filter((text) => sweep.isIn(text)),
    [],
  );
  assert.deepEqual(await withAdmin((client) => sweep.tables(client)), []);
  if (SEES_PROCESSES) assert.deepEqual(sweep.processes(), NOBODY);
});

test("the sweep finds what it looks for, in every place and form", async () => {
  const planted = "planted-93ac51e07d";
  const sweep = new SecretSweep([planted]);
  const forms = [planted, Buffer.from(planted).toString("hex"), Buffer.from(planted).toString("base64")];
  for (const form of forms) assert.ok(sweep.isIn(`before ${form} after`), form);
  assert.ok(sweep.isInError(new Error("outer", { cause: Object.assign(new Error("x"), { deep: [{ planted }] }) })));
  mkdirSync(join(folder, "deep", planted), { recursive: true });
  writeFileSync(join(folder, "deep", "file"), Buffer.concat([Buffer.from([0, 255]), Buffer.from(planted)]));
  assert.deepEqual(sweep.files(folder).toSorted(), ["deep/file", `deep/${planted}`]);
  rmSync(join(folder, "deep"), { recursive: true });
  const found = await withAdmin(async (client) => {
    await client.query("CREATE TABLE planted (bytes bytea)");
    await client.query("INSERT INTO planted VALUES ($1)", [Buffer.from(planted)]);
    const tables = await sweep.tables(client);
    await client.query("DROP TABLE planted");
    return tables;
  });
  assert.deepEqual(found, ["public.planted"]);
  if (!SEES_PROCESSES) return;
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()", planted], { env: { PLANTED: planted } });
  await once(child, "spawn");
  const { arguments: words, environment } = sweep.processes();
  child.stdin.end();
  await once(child, "close");
  assert.deepEqual([words.map(({ pid }) => pid), environment.map(({ pid }) => pid)], [[child.pid], [child.pid]]);
  assert.ok(seenProcesses().some(({ pid }) => pid === process.pid));
});

// The committed table of wrong input: what people get for it, word for word, on the command line and over HTTP.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Client } from "pg";
import { Problem } from "../src/api/contract/contract.ts";
import { Secret } from "../src/secrets.ts";
import { parseDatabaseUrl } from "../src/store/connection.ts";
import { readMigrations } from "../src/store/migrations.ts";
import { readPostmasterFile } from "../src/store/postmaster-file.ts";
import { git, HistoryBuilder, makeBare } from "./helpers/git-history.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { commandIn } from "./helpers/log-command.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { runTidemark, type ServerProcess, signIn, startTidemark } from "./helpers/tidemark-process.ts";

interface Common {
  readonly name: string;
  /** what has to be there: a key of SETUPS */
  readonly setup: keyof typeof SETUPS;
}

/** A command line, and all that it says. `<folder>` and the like stand for what differs from run to run. */
interface CommandCase extends Common {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** as an account that may not read everything, when root runs the tests; only: when nobody else can run it */
  readonly stranger?: true | "only";
  readonly exit: number;
  readonly stderr: string;
}

/** A request, and the problem that answers it. */
interface RequestCase extends Common {
  readonly request: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    /** sent as it is */
    readonly text?: string;
    /** without a session */
    readonly stranger?: true;
  };
  readonly status: number;
  readonly problem: { readonly code: string; readonly detail: string };
}

const cases = JSON.parse(readFileSync(join(import.meta.dirname, "wrong-input.cases.json"), "utf8")) as {
  readonly commands: readonly CommandCase[];
  readonly requests: readonly RequestCase[];
};

/** Stands for every secret in the table: nothing that is said may hold it. */
const SECRET = /hunter2/;
/** Number of an account that owns nothing, not even as `nobody` does. */
const STRANGER = 54_321;
const isRoot = process.getuid?.() === 0;

let server: ServerProcess;
let gitServer: GitServer;
const stops: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const stop of stops.toReversed()) await stop();
});
const root = temporaryFolder();
const data = join(root, "data");
/** What stands in place of `<folder>` and the like in the table. */
const places: Record<string, string> = { folder: root, data, long: "a".repeat(20_000) };
places["newest"] = String((await readMigrations()).length);
let cookie = "";

const at = (name: string): string => join(root, name);

/** A history of three commits, on two branches. */
async function history(name: string): Promise<string> {
  const folder = at(name);
  const builder = new HistoryBuilder(folder);
  for (const [index, loss] of [3, 2, 1].entries()) {
    builder.commit({ files: { "metrics.json": JSON.stringify({ loss, acc: index / 4 }) } });
  }
  builder.commit({ branch: "topic", parents: [], files: { "metrics.json": '{"loss": 9}' } });
  await builder.finish();
  return folder;
}

/** Removes one loose object of a history. */
function lose(folder: string, name: string): void {
  const sha = git(folder, "rev-parse", name);
  rmSync(join(folder, "objects", sha.slice(0, 2), sha.slice(2)));
}

async function asAdmin(database: string, ...statements: readonly string[]): Promise<void> {
  const url = `postgres://tidemark:${passwords()["admin"]}@localhost/${database}?host=${places["socket"]}`;
  const client = new Client(parseDatabaseUrl(Secret.of(url)));
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

function passwords(): Record<string, string> {
  return JSON.parse(readFileSync(join(data, "pg18", "tidemark.passwords.json"), "utf8")) as Record<string, string>;
}

/** What a case finds there; each is made once. */
const SETUPS = {
  nothing: () => undefined,
  "a history": () => undefined, // made before all
  "a running server": () => undefined, // started before all
  "a plain folder": () => mkdirSync(at("plain")),
  "a file": () => writeFileSync(at("file"), "x"),
  "an empty repository": () => makeBare(at("empty.git")),
  "a repository without metric files": async () => {
    const builder = new HistoryBuilder(at("plain.git"));
    builder.commit({ files: { "README.md": "no numbers" } });
    await builder.finish();
  },
  "a repository without one of its commits": async () => {
    lose(await history("no-commit.git"), "main~1");
  },
  "a repository without one of its trees": async () => {
    lose(await history("no-tree.git"), "main~1^{tree}");
  },
  "a repository with a broken configuration": async () => {
    writeFileSync(join(await history("broken.git"), "config"), "[core");
  },
  "a folder that only its owner may read": async () => {
    const folder = await history("closed.git");
    chmodSync(folder, isRoot ? 0o700 : 0o000);
    stops.push(() => chmod(folder, 0o700)); // so that it can be removed
  },
  "a data folder of a newer Postgres": () => {
    mkdirSync(join(at("newer"), "pg19"), { recursive: true });
  },
  "a data folder whose files a newer Postgres took over": () => {
    mkdirSync(join(at("taken-over"), "pg18"), { recursive: true });
    writeFileSync(join(at("taken-over"), "pg18", "PG_VERSION"), "19\n");
    const { uid, gid } = statSync(join(data, "pg18"));
    chownSync(join(at("taken-over"), "pg18"), uid, gid);
  },
  "a database of a newer Tidemark": async () => {
    await asAdmin("postgres", "CREATE DATABASE newer OWNER tidemark_owner");
    const env = { DATABASE_URL: expand("<owner>/newer?host=<socket>") };
    assert.equal((await runTidemark(["db", "upgrade"], { env })).code, 0);
    await asAdmin("newer", "INSERT INTO migrations.migration (number, name, hash) SELECT 900, 'add_teams', 'x'");
  },
  "a key that others may read": async () => {
    await setUp("an empty database");
    mkdirSync(at("open"));
    const key = join(at("open"), "session.key");
    writeFileSync(key, Buffer.alloc(32, 7).toString("base64"));
    chmodSync(key, 0o644);
  },
  "an empty database": () => asAdmin("postgres", "CREATE DATABASE second OWNER tidemark_owner"),
} satisfies Record<string, () => unknown>;

const made = new Map<string, Promise<unknown>>();
async function setUp(name: keyof typeof SETUPS): Promise<void> {
  if (!made.has(name)) made.set(name, Promise.resolve(SETUPS[name]()));
  await made.get(name);
}

/** Puts the run's own words in. */
function expand(text: string): string {
  return text.replaceAll(/<(\w+)>/g, (placeholder, name: string) => places[name] ?? placeholder);
}

before(async () => {
  chmodSync(root, 0o711); // for Postgres' account and for the stranger
  const followed = await history("history.git");
  gitServer = await startGitServer({
    root,
    fault: ({ target }) => {
      const status = /^\/answers-(\d+)/.exec(target)?.[1];
      if (status !== undefined) return { kind: "status", status: Number(status) };
      if (target.startsWith("/page")) return { kind: "body", text: "<p>hunter2</p>" };
      return target.startsWith("/moved") ? { kind: "redirect", to: "http://169.254.169.254/hunter2" } : null;
    },
  });
  stops.push(() => gitServer.close());
  Object.assign(places, { git: gitServer.url, gitport: String(gitServer.port) });
  const env = { TIDEMARK_ALLOW_HTTP: "1", TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${gitServer.port}` };
  server = await startTidemark(["--data", data, followed], { env });
  stops.push(() => server.stop());
  cookie = (await signIn(server, server.token)).cookie;
  const socket = (await readPostmasterFile(join(data, "pg18")))?.socketFolder ?? "";
  for (const role of ["owner", "web", "worker"]) {
    places[role] = `postgres://tidemark_${role}:${passwords()[role]}@localhost`;
  }
  places["admin"] = `postgres://tidemark:${passwords()["admin"]}@localhost`;
  Object.assign(places, { port: String(server.port), pid: String(server.pid), socket });
  Object.assign(places, { stranger: String(STRANGER), account: String(statSync(join(data, "pg18")).uid) });
  const synced = await runTidemark(["repository", "sync", "history", "--data", data], { env });
  assert.equal(synced.code, 0, synced.err);
  const page = await server.ask({ path: "/api/v1/repositories/history/commits?limit=1", headers: { cookie } });
  const { nextCursor, commits } = JSON.parse(page.text) as { nextCursor: string; commits: { sha: string }[] };
  Object.assign(places, { cursor: nextCursor, sha: commits[0]?.sha ?? "" });
});

/** Why a case of the stranger cannot be run: only root can be another, and a checkout may lie where only root passes. */
function whyNoStranger(stranger: true | "only"): string | false {
  if (!isRoot) return stranger === "only" ? "only root can run it as another account" : false;
  try {
    const probe = `require("node:fs").accessSync(${JSON.stringify(join(import.meta.dirname, "..", "src", "main.ts"))})`;
    execFileSync(process.execPath, ["-e", probe], { uid: STRANGER, gid: STRANGER, stdio: "ignore" });
    return false;
  } catch {
    return "no other account can run this checkout";
  }
}

/** Setups whose commands open no database and are nobody else's: in this process, where a start costs next to nothing. */
const IN_PROCESS: ReadonlySet<keyof typeof SETUPS> = new Set(["nothing", "a history"]);
/** It reads standard input. */
const READING = "account";
const NO_TERMINAL = { outIsTerminal: false, width: Number.POSITIVE_INFINITY };
const run = commandIn(root);

describe("tidemark", { concurrency: 2 }, () => {
  for (const { name, setup, command, env = {}, stranger, exit, stderr } of cases.commands) {
    const skip = stranger !== undefined && whyNoStranger(stranger);
    test(`says what is wrong with ${name}`, { skip }, async () => {
      await setUp(setup);
      const own = Object.entries(env).map(([key, value]) => [key, expand(value)] as const);
      const uid = stranger !== undefined && isRoot ? { uid: STRANGER } : {};
      const words = command.map(expand);
      const settings = { HOME: at("home"), ...Object.fromEntries(own) };
      const said =
        IN_PROCESS.has(setup) && command[0] !== READING
          ? await run(words, { ...NO_TERMINAL, env: { PATH: process.env["PATH"] ?? "", ...settings } })
          : await runTidemark(words, { cwd: root, env: settings, ...uid });
      assert.deepEqual({ exit: said.code, stderr: said.err }, { exit, stderr: `${expand(stderr)}\n` });
      assert.equal(said.out, "");
      assert.match(said.err, /^tidemark: (?:[\w.-]+: )?Cannot .+: found .+, wanted .+\.$/m, "four parts");
      assert.doesNotMatch(said.err, /\n\s+at /, "no stack");
      assert.doesNotMatch(said.err, SECRET);
    });
  }
});

describe("the API", { concurrency: 2 }, () => {
  for (const { name, setup, request, status, problem } of cases.requests) {
    test(`says what is wrong with ${name}`, async () => {
      await setUp(setup);
      const { method = "GET", path, headers = {}, body, text, stranger } = request;
      const own = {
        ...(stranger === true ? {} : { cookie }),
        ...(method === "GET" ? {} : { origin: `http://127.0.0.1:${server.port}`, "content-type": "application/json" }),
      };
      const given = Object.entries(headers).map(([key, value]) => [key, expand(value)] as const);
      const sent = text ?? (body === undefined ? undefined : expand(JSON.stringify(body)));
      const answer = await server.ask({
        method,
        path: expand(path),
        headers: { ...own, ...Object.fromEntries(given) },
        ...(sent === undefined ? {} : { body: sent }),
      });
      const { code, detail, ...said } = Problem.parse(JSON.parse(answer.text));
      const expected = { code: problem.code, detail: expand(problem.detail) };
      assert.deepEqual({ status: answer.status, problem: { code, detail } }, { status, problem: expected });
      assert.equal(said.status, status);
      assert.equal(said.type, `urn:tidemark:problem:${code}`);
      assert.match(answer.headers["content-type"] ?? "", /^application\/problem\+json/);
      assert.match(detail, /^Cannot .+: found .+, wanted .+\.$/, "four parts");
      assert.doesNotMatch(answer.text, /\n\s+at |\.ts:/, "no stack");
      assert.doesNotMatch(answer.text, SECRET);
    });
  }
});

test("the server wrote no secret and nothing unexpected while it answered all of this", () => {
  assert.doesNotMatch(server.err(), SECRET);
  assert.doesNotMatch(server.err(), /"stack"/, "each was one of our own errors");
});

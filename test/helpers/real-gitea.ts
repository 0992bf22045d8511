// A real Gitea on loopback, where there is one: a program of Go that tests are tried with and that nothing of ours needs.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../src/store/embedded-postgres-process.ts";
import { until } from "./until.ts";

const OWN = join(import.meta.dirname, "..", "..", ".ci", "gitea");
const PASSWORD = "what-ada-signs-in-with";

/** A running Gitea with one person, ada. */
export interface RealGitea {
  readonly url: string;
  readonly version: string;
  /** Makes a token of ada's. @param scopes as Gitea calls them, with commas */
  token(scopes: string): string;
  /** Asks its API as ada. @returns what it answers; null where that is empty */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

/**
 * @returns the folder that TIDEMARK_TEST_GITEA names, or CI's own: with the program `gitea`, and beside it the folders
 *   `options`, `public` and `templates` of its sources; null when there is none
 */
export function findGitea(): string | null {
  const named = process.env["TIDEMARK_TEST_GITEA"];
  const folder = named === undefined || named === "" ? OWN : named;
  return existsSync(join(folder, "gitea")) ? folder : null;
}

/** Starts it with a database of its own. @param program of `findGitea()`; `root` where it keeps everything */
export async function startGitea(program: string, root: string): Promise<RealGitea> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = join(root, "app.ini");
  mkdirSync(root, { recursive: true });
  writeFileSync(settings, settingsOf({ program, root, url, port }));
  const own = { PATH: process.env["PATH"] ?? "", HOME: root, GITEA_WORK_DIR: root, LC_ALL: "C.UTF-8" };
  const run = (...words: readonly string[]): string => {
    const options = { env: own, stdio: ["ignore", "pipe", "ignore"] as ["ignore", "pipe", "ignore"] };
    return execFileSync(join(program, "gitea"), [...words, "--config", settings], options)
      .toString()
      .trim();
  };
  run("migrate");
  run("admin", "user", "create", "--username", "ada", "--password", PASSWORD, "--email", "ada@example.org", "--admin");
  const child = spawn(join(program, "gitea"), ["web", "--config", settings], { env: own, stdio: "ignore" });
  const isUp = (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`Gitea ended with ${child.exitCode}: run ${settings} by hand`);
    return fetch(`${url}/api/v1/version`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  await until("Gitea answers", isUp);
  const login = `Basic ${Buffer.from(`ada:${PASSWORD}`).toString("base64")}`;
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { authorization: login, "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers, ...sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? null : JSON.parse(text)) as T;
  };
  let tokens = 0;
  return {
    url,
    version: (await api<{ version: string }>("GET", "/version")).version,
    token: (scopes) => {
      const name = `token-${(tokens += 1)}`;
      const words = ["--username", "ada", "--token-name", name, "--scopes", scopes, "--raw"];
      // to root it says before that it had better be somebody else
      return (
        run("admin", "user", "generate-access-token", ...words)
          .split("\n")
          .at(-1) ?? ""
      );
    },
    api,
    close: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

interface Place {
  readonly program: string;
  readonly root: string;
  readonly url: string;
  readonly port: number;
}

/** Everything on loopback and in its own folder; deliveries may go to loopback, which Gitea refuses by itself. */
function settingsOf({ program, root, url, port }: Place): string {
  return `RUN_MODE = prod
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
WORK_PATH = ${root}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = ${url}/
STATIC_ROOT_PATH = ${program}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${join(root, "gitea.db")}
[repository]
ROOT = ${join(root, "repositories")}
DEFAULT_PUSH_CREATE_PRIVATE = true
[security]
INSTALL_LOCK = true
SECRET_KEY = of-a-test
PASSWORD_HASH_ALGO = pbkdf2$1000$50
[webhook]
ALLOWED_HOST_LIST = loopback
[cron]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
[log]
MODE = file
LEVEL = warn
ROOT_PATH = ${join(root, "log")}
`;
}

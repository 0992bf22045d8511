// The real program as a child process: one command to its end, or a server that is asked over HTTP.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { within } from "./until.ts";

const BIN = join(import.meta.dirname, "..", "..", "bin", "tidemark.mjs");
/** Ten times what the slowest command takes on a busy machine, in ms: only a hang meets it. */
const WATCHDOG_MS = 120_000;
/** A server lives as long as the test that asks it. */
const SERVER_WATCHDOG_MS = 600_000;
/** The folder of Postgres' files below a data folder. */
const POSTMASTER_FILE = join("pg18", "postmaster.pid");

/** How a process is started. */
export interface ProcessOptions {
  /** beside PATH and HOME, which are always set; nothing of the test's own settings is passed on */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** another account, when root runs the tests */
  readonly uid?: number;
}

/** What a command left. */
export interface Ended {
  /** its exit code, or the signal that ended it */
  readonly code: number | NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** An answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What is asked over HTTP. */
export interface Question {
  /** default GET */
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server that answers. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** of the link that it printed */
  readonly token: string;
  /** what it has written so far */
  readonly out: () => string;
  readonly err: () => string;
  ask(question: Question): Promise<Answer>;
  /** Sends a signal. @returns what it left */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  out = "";
  err = "";
  #heard: (() => void) | null = null;
  #over = false;

  constructor(words: readonly string[], { env, cwd, uid }: ProcessOptions, watchdogMs = WATCHDOG_MS) {
    const { PATH = "", HOME = "/nonexistent" } = process.env;
    this.process = spawn(process.execPath, [BIN, ...words], {
      env: { PATH, HOME, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      cwd: cwd ?? "/",
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const watchdog = setTimeout(() => this.process.kill("SIGKILL"), watchdogMs);
    this.process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
      this.#heard?.();
    });
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => (this.err += text));
    this.ended = new Promise((resolve, reject) => {
      this.process.once("error", reject);
      this.process.once("close", (code, signal) => {
        clearTimeout(watchdog);
        this.#over = true; // before anybody who waits is woken: nothing wakes her again
        this.#heard?.();
        resolve({ code: code ?? signal, out: this.out, err: withoutBuild(this.err) });
      });
    });
  }

  /** Waits until its output has `pattern`. @throws Error when it ends before, or says it too late, which ends it */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const last = performance.now() + WATCHDOG_MS;
    for (;;) {
      const found = pattern.exec(this.out);
      if (found !== null) return found;
      if (this.#over)
        throw new Error(`it ended (${this.process.exitCode}) without saying ${String(pattern)}: ${this.err}`);
      const heard = new Promise<void>((resolve) => (this.#heard = resolve));
      await within(
        `${String(pattern)} after ${JSON.stringify(this.out + this.err)}`,
        heard,
        last - performance.now(),
      ).catch((error: unknown) => {
        this.process.kill("SIGKILL");
        throw error;
      });
    }
  }
}

/** In a checkout whose web app is old, `serve` builds it first and says so. */
function withoutBuild(err: string): string {
  return err.replace("Building the web app …\n", "");
}

/** Runs one command to its end. */
export function runTidemark(words: readonly string[], options: ProcessOptions = {}): Promise<Ended> {
  return new Child(words, options).ended;
}

/** A process that works beside a server. */
export interface WorkerProcess {
  readonly pid: number;
  /** Sends a signal. @returns what it left */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/** Starts `tidemark worker`. @returns once it works */
export async function startWorkerProcess(
  words: readonly string[],
  options: ProcessOptions = {},
): Promise<WorkerProcess> {
  const child = new Child(["worker", ...words], options, SERVER_WATCHDOG_MS);
  await child.says(/^Working\./m);
  return {
    pid: child.process.pid ?? -1,
    stop: (signal = "SIGTERM") => {
      child.process.kill(signal);
      return child.ended;
    },
  };
}

/** Starts `tidemark serve`, or `web`, on a free port. @returns once it has printed its link */
export async function startTidemark(
  words: readonly string[],
  options: ProcessOptions = {},
  command: "serve" | "web" = "serve",
): Promise<ServerProcess> {
  const child = new Child([command, "--port", "0", ...words], options, SERVER_WATCHDOG_MS);
  const [, port = "", token = ""] = await child.says(/^ {2}http:\/\/127\.0\.0\.1:(\d+)\/signin#(tdo_\w+)$/m);
  return {
    pid: child.process.pid ?? -1,
    port: Number(port),
    token,
    out: () => child.out,
    err: () => child.err,
    ask: (question) => ask(Number(port), question),
    stop: (signal = "SIGTERM") => {
      child.process.kill(signal);
      return child.ended;
    },
  };
}

/** One HTTP request as it is given, with any `host` and any path. */
export function ask(port: number, { method = "GET", path, headers = {}, body }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      answer.once("error", reject);
    });
    asked.once("error", reject);
    asked.setTimeout(WATCHDOG_MS, () => asked.destroy(new Error(`no answer to ${method} ${path}`)));
    asked.end(body);
  });
}

/** Signs in with a link's token. @returns the answer, and the cookie as a browser sends it back */
export async function signIn(server: ServerProcess, token: string): Promise<{ answer: Answer; cookie: string }> {
  const headers = { "content-type": "application/json", origin: `http://127.0.0.1:${server.port}` };
  const body = JSON.stringify({ token });
  const answer = await server.ask({ method: "POST", path: "/api/v1/session", headers, body });
  return { answer, cookie: answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "" };
}

/** @returns the process id of the Postgres of a data folder, or null when none is noted */
export function postgresOf(dataFolder: string): number | null {
  try {
    return Number(readFileSync(join(dataFolder, POSTMASTER_FILE), "utf8").split("\n", 1)[0]);
  } catch {
    return null;
  }
}

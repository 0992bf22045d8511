// A real server of a benchmark that follows one repository over HTTP: pushes to it, its webhook, and an open page's stream.
import { createHmac } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { git, gitBytes } from "../test/helpers/git-history.ts";
import { startGitServer } from "../test/helpers/git-server.ts";
import { type ServerProcess, signIn, startTidemark } from "../test/helpers/tidemark-process.ts";

/** An import that takes longer has failed, in ms. */
const IMPORT_MS = 600_000;
/** What is told later than this is not told, in ms. */
const TOLD_MS = 60_000;
/** Pushes to one repository come further apart than a worker's own work after one takes, in ms. */
const BETWEEN_MS = 1_000;

/** The bare repository that is pushed to. */
export class PushedRepository {
  readonly folder: string;
  #pushes = 0;

  /** @param from is copied, so that it stays as it is */
  constructor(from: string, folder: string) {
    git(folder, "clone", "--quiet", "--bare", from, join(folder, "code.git"));
    this.folder = join(folder, "code.git");
    git(this.folder, "config", "uploadpack.allowFilter", "true");
    git(this.folder, "config", "uploadpack.allowAnySHA1InWant", "true");
  }

  /** Adds one commit with a new version of one metric file, as a push of it leaves it. @returns its id */
  push(): string {
    this.#pushes += 1;
    const text = JSON.stringify({ loss: 1 / this.#pushes, accuracy: 1 - 1 / this.#pushes, push: this.#pushes });
    const message = `Push number ${this.#pushes}`;
    const lines = [
      `commit refs/heads/main\ncommitter Ada <ada@example.org> ${1_700_000_000 + this.#pushes} +0000`,
      `data ${message.length}\n${message}`,
      "from refs/heads/main^0",
      `M 644 inline metrics.json\ndata ${text.length}\n${text}\n`,
    ];
    gitBytes(this.folder, ["fast-import", "--quiet", "--date-format=raw"], lines.join("\n"));
    return git(this.folder, "rev-parse", "refs/heads/main");
  }
}

/** A server with that repository in it, and a page that is open on it. */
export interface PushedServer {
  readonly repository: PushedRepository;
  /** the address of the repository */
  readonly url: string;
  /** Sends a signed delivery as a hook does after a push. @returns ms until the page was told of rows with that version */
  deliver(before: string, after: string): Promise<number>;
  /** Has another bare repository imported, to its end. @param name of its own */
  importBeside(history: string, name: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts it and waits for the import. @param history the path of a bare repository */
export async function startPushedServer(history: string): Promise<PushedServer> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-bench-push-"));
  chmodSync(folder, 0o711);
  const repository = new PushedRepository(history, folder);
  const gitServer = await startGitServer({ root: folder });
  const server = await startTidemark(["--data", join(folder, "data")], {
    env: { TIDEMARK_ALLOW_HTTP: "1", TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${gitServer.port}` },
  });
  const url = `${gitServer.url}/code.git`;
  const { cookie } = await signIn(server, server.token);
  const close = async (): Promise<void> => {
    await server.stop();
    await gitServer.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const api = apiOf(server, cookie);
    const id = await followed(api, url);
    const webhook = await api("POST", `/api/v1/repositories/${id}/webhook`, {});
    const path = new URL((webhook["webhook"] as { address: string }).address).pathname;
    const page = await OpenPage.open(server.port, `/api/v1/repositories/${id}/stream`, cookie);
    const deliver = async (before: string, after: string): Promise<number> => {
      const body = `${before} ${after} refs/heads/main\n`;
      const digest = createHmac("sha256", webhook["secret"] as string)
        .update(body)
        .digest("hex");
      const told = page.synced();
      const began = performance.now();
      const headers = { "x-tidemark-signature": `sha256=${digest}` };
      const { status } = await server.ask({ method: "POST", path, headers, body });
      if (status !== 202) throw new Error(`the delivery was answered with ${status}`);
      const ms = (await told) - began;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
      return ms;
    };
    return {
      repository,
      url,
      deliver,
      importBeside: async (other, name) => {
        symlinkSync(other, join(folder, `${name}.git`));
        await followed(api, `${gitServer.url}/${name}.git`);
      },
      close: async () => {
        page.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Api = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

function apiOf(server: ServerProcess, cookie: string): Api {
  const headers = { cookie, origin: `http://127.0.0.1:${server.port}`, "content-type": "application/json" };
  return async (method, path, body) => {
    const answer = await server.ask({
      method,
      path,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as Record<string, unknown>;
  };
}

/** Adds it and waits until its whole history is there. @returns its id */
async function followed(api: Api, url: string): Promise<string> {
  const added = await api("POST", "/api/v1/repositories", { url });
  const { id } = (added["repository"] ?? added) as { id: string };
  for (const last = Date.now() + IMPORT_MS; ; ) {
    const { state, problem } = await api("GET", `/api/v1/repositories/${id}`);
    if (state === "ready") return id;
    if (state === "failed" || Date.now() > last) throw new Error(`the import is ${String(state)}: ${String(problem)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Hears a stream as a page does. */
class OpenPage {
  #heard: (() => void) | null = null;
  readonly close: () => void;

  private constructor(close: () => void) {
    this.close = close;
  }

  static open(port: number, path: string, cookie: string): Promise<OpenPage> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, path, headers: { cookie }, agent: false }, (answer) => {
        const page = new OpenPage(() => asked.destroy());
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          const events = (text + part).split("\n\n");
          text = events.pop() ?? "";
          // a change of settings, or of what else could be read, is told as one without new commits
          if (events.some((event) => /^event: synced\ndata: .*"commits":[1-9]/m.test(event))) page.#heard?.();
        });
        answer.once("error", () => undefined);
        resolve(page);
      });
      asked.once("error", reject);
      asked.end();
    });
  }

  /** @returns when it is told next of new rows, by performance.now() */
  synced(): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the page was not told")), TOLD_MS);
      this.#heard = () => {
        clearTimeout(timer);
        resolve(performance.now());
      };
    });
  }
}

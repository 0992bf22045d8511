// Worker, web server and Postgres killed at random while pushes and deliveries go on: every delivery that was acknowledged
// has its event, and the rows are those of git's history, commit by commit.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { after, test } from "node:test";
import { git } from "./helpers/git-history.ts";
import { buildRandomHistory, type ModelCommit } from "./helpers/random-history.ts";
import { ALL_FORMATS } from "./helpers/random-metrics.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";
import { serve } from "./helpers/served-history.ts";
import { signalProcess } from "./helpers/signal-process.ts";
import { SlowRepository } from "./helpers/slow-repository.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { type Answer, postgresOf, type Question, signIn, startTidemark } from "./helpers/tidemark-process.ts";
import { type ServerProcess, startWorkerProcess, type WorkerProcess } from "./helpers/tidemark-process.ts";
import { WholeWayCheck } from "./helpers/whole-way-check.ts";

const LONG = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;
// the short form has each of the kinds once
const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2);
const FIRST_SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 1);
const COMMITS = 60;
const PUSHES = 3;
const KINDS = ["worker", "web", "postgres"] as const;
const NAMES = ["main", "dev", "topic/a"];
/** Within this a killed process has lost what it was doing, or done it, in ms. */
const KILL_WITHIN_MS = 400;
/** Looks before giving up: two minutes. */
const MAX_LOOKS = 1_200;
const LOOK_MS = 100;
/** Starts of a worker before giving up: each takes about a second. */
const MAX_STARTS = 30;

const root = temporaryFolder();
chmodSync(root, 0o711); // Postgres' account passes through when root runs the tests
const data = join(root, "data");
const forge = await serve(root);
const env = {
  TIDEMARK_DATA: data,
  TIDEMARK_ALLOW_HTTP: "1",
  TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${forge.port}`,
  TIDEMARK_POLL_SECONDS: "0", // no look at the server hides a delivery that was lost
};

/** The processes, and a person at a browser; whatever was killed is started again. */
class Installation {
  #web: ServerProcess | null = null;
  #worker: WorkerProcess | null = null;
  #cookie = "";

  async up(): Promise<void> {
    if (this.#web === null) {
      this.#web = await startTidemark([], { env }, "web");
      this.#cookie = (await signIn(this.#web, this.#web.token)).cookie;
    }
    for (let looks = 0; this.#worker === null; looks += 1) {
      // a worker that finds no database at its start says so and ends: whoever runs it starts it again
      this.#worker = await startWorkerProcess([], { env }).catch((error: unknown) => {
        if (looks === MAX_STARTS) throw new Error(`no worker starts beside: ${this.#web?.err()}`, { cause: error });
        return null;
      });
      if (this.#worker === null) await wait(LOOK_MS);
    }
  }

  async kill(what: (typeof KINDS)[number]): Promise<void> {
    if (what === "postgres") {
      const pid = postgresOf(data);
      // its file still names one that an earlier kill ended, until it is started again
      if (pid !== null) signalProcess(pid, "SIGKILL");
      return;
    }
    const killed = what === "web" ? this.#web : this.#worker;
    if (what === "web") this.#web = null;
    else this.#worker = null;
    await killed?.stop("SIGKILL");
  }

  async down(): Promise<void> {
    const worker = await this.#worker?.stop();
    const web = await this.#web?.stop();
    assert.deepEqual([worker?.code, web?.code], [0, 0]);
  }

  /** @returns null when nobody answers, or cannot just now */
  async ask(question: Question): Promise<Answer | null> {
    const web = this.#web;
    if (web === null) return null;
    const answer = await web.ask(question).catch(() => null);
    return answer !== null && answer.status >= 500 ? null : answer;
  }

  /** As a person's browser asks, until somebody answers. */
  async fetch(path: string, body?: unknown, method = "POST"): Promise<Response> {
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const headers = { cookie: this.#cookie, origin: `http://127.0.0.1:${this.#web?.port}` };
      const change = {
        method,
        body: JSON.stringify(body),
        headers: { ...headers, "content-type": "application/json" },
      };
      const answer = await this.ask({ path, headers, ...(body === undefined ? {} : change) });
      if (answer !== null) return new Response(answer.text, { status: answer.status });
      await wait(LOOK_MS);
    }
    throw new Error(`nobody answers ${path}`);
  }

  async json<T>(path: string, body?: unknown, method = "POST"): Promise<T> {
    const answer = await this.fetch(path, body, method);
    assert.ok(answer.ok, `${path}: ${answer.status} ${answer.status < 400 ? "" : await answer.clone().text()}`);
    return (await answer.json()) as T;
  }
}

const installation = new Installation();
after(() => installation.down());

interface Followed {
  readonly name: string;
  readonly id: string;
  readonly hook: string;
  readonly secret: string;
  /** ids of the deliveries that were answered with 202 */
  readonly acknowledged: Set<string>;
}

async function follow(name: string): Promise<Followed> {
  const url = `${forge.url}/${name}.git`;
  const { id } = await installation.json<{ id: string }>("/api/v1/repositories", { url });
  // its commits are of years ago
  await installation.json(`/api/v1/repositories/${id}`, { branches: { days: null } }, "PATCH");
  const made = await installation.json<{ webhook: { address: string }; secret: string }>(
    `/api/v1/repositories/${id}/webhook`,
    { kind: "signed" },
  );
  return { name, id, hook: new URL(made.webhook.address).pathname, secret: made.secret, acknowledged: new Set() };
}

/** Delivers what a push did, again and again until it is acknowledged. */
async function deliver({ hook, secret, acknowledged }: Followed, id: string, body: string): Promise<void> {
  const proof = createHmac("sha256", secret).update(body).digest("hex");
  const headers = { "x-tidemark-signature": `sha256=${proof}`, "x-tidemark-delivery": id };
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const answer = await installation.ask({ method: "POST", path: hook, headers, body });
    if (answer?.status === 202) return void acknowledged.add(id);
    assert.equal(answer, null, `a delivery is refused: ${answer?.status} ${answer?.text}`);
    await wait(LOOK_MS);
  }
  throw new Error("a delivery is never taken");
}

interface Event {
  readonly state: string;
  readonly deliveryId: string | null;
  readonly error: string | null;
}

/** @returns the events once none waits any more */
async function settled({ id }: Followed): Promise<Event[]> {
  let last: Event[] = [];
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    ({ events: last } = await installation.json<{ events: Event[] }>(`/api/v1/repositories/${id}/events?limit=200`));
    if (last.every(({ state }) => ["done", "skipped", "dead"].includes(state))) return last;
    await wait(LOOK_MS);
  }
  throw new Error(`events still wait: ${JSON.stringify(last.filter(({ state }) => state !== "done"))}`);
}

/** Moves a branch somewhere. @returns the line that Git gives to a post-receive hook */
function push(folder: string, random: Random, commits: readonly ModelCommit[]): string {
  const name = pick(random, NAMES);
  const ref = `refs/heads/${name}`;
  const old = git(folder, "for-each-ref", "--format=%(objectname)", ref) || "0".repeat(40);
  const { sha } = random(3) === 0 ? pick(random, commits) : (commits.at(-1 - random(4)) as ModelCommit);
  git(folder, "update-ref", ref, sha);
  return `${old} ${sha} ${ref}`;
}

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = FIRST_SEED + round;
  test(`what is killed at random loses nothing, seed ${seed}`, async (t) => {
    const random = seededRandom(seed);
    const name = `kill-${seed}`;
    const { folder, commits } = await buildRandomHistory(join(root, `${name}.git`), {
      seed,
      commits: COMMITS,
      files: ALL_FORMATS,
    });
    let upTo = 8 + random(30);
    for (const other of git(folder, "for-each-ref", "--format=%(refname)").split("\n").filter(Boolean))
      git(folder, "update-ref", "-d", other);
    git(folder, "update-ref", "refs/heads/main", (commits[upTo - 1] as ModelCommit).sha);
    await installation.up();
    const followed = await follow(name);
    for (let count = 0; count < PUSHES; count += 1) {
      // a web server and a Postgres take seconds to be back, a worker does not: the short form waits for one of them a round,
      // each in turn
      const first = LONG ? pick(random, KINDS) : (KINDS[seed % KINDS.length] as (typeof KINDS)[number]);
      const what = LONG || count === 0 ? first : "worker";
      const afterMs = random(KILL_WITHIN_MS);
      t.diagnostic(`push, ${what} killed after ${afterMs} ms`);
      upTo = Math.min(commits.length, upTo + 1 + random(8));
      const line = push(folder, random, commits.slice(0, upTo));
      const delivered = deliver(followed, `${name}-${count}`, line);
      await wait(afterMs);
      await installation.kill(what);
      await installation.up();
      await delivered;
    }
    const events = await settled(followed);
    const stored = events.map(({ deliveryId }) => deliveryId);
    for (const id of followed.acknowledged) assert.ok(stored.includes(id), `${id} was acknowledged`);
    assert.equal(stored.filter((id) => id !== null).length, PUSHES, "and each once");
    assert.deepEqual(
      events.filter(({ state }) => state === "dead"),
      [],
    );
    await new WholeWayCheck(installation, name, new SlowRepository(folder)).check(random, false);
  });
}

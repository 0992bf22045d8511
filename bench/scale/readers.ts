// The people of the load test: each request at its time, over connections that stay open, and what became of it.
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import type { RepositoryId } from "../../src/domain/model.ts";
import type { Kind, PlannedRead } from "./plan.ts";

/** What became of the requests. */
export interface Outcome {
  readonly answered: number;
  readonly failed: number;
  /** by status: the first lines of answers that were none of ours */
  readonly failures: Readonly<Record<string, number>>;
  /** milliseconds from when a request was due */
  readonly milliseconds: Readonly<Record<Kind | "all", readonly number[]>>;
  /** newest pages, and those that were of an older version than was committed when they were asked for */
  readonly newest: number;
  readonly old: number;
  /** by how many versions the oldest of them was behind */
  readonly mostBehind: number;
}

/** What is read from. */
export interface ReadPlace {
  /** asked turn by turn */
  readonly servers: readonly { readonly port: number; readonly cookie: string }[];
  readonly repositories: readonly RepositoryId[];
  /** an id of a column that all have */
  readonly column: string;
  /** versions as they were committed, by rank */
  readonly committed: Map<number, number>;
}

/** What a newest page told of the rest. */
interface Seen {
  readonly cursor: string;
  readonly shas: readonly string[];
}

const NOTHING_SEEN: Seen = { cursor: "", shas: [] };

function pathOf(kind: Kind, repository: RepositoryId, column: string, { cursor, shas }: Seen): string {
  const base = `/api/v1/repositories/${repository}`;
  const of = encodeURIComponent(column);
  if (kind === "older") return `${base}/commits?cursor=${encodeURIComponent(cursor)}`;
  if (kind === "sort") return `${base}/commits?sort=${of}`;
  if (kind === "series") return `${base}/series?columns=${of}&points=500`;
  if (kind === "columns") return `${base}/columns`;
  if (kind === "compare") return `${base}/compare?${shas.map((sha) => `commits=${sha}`).join("&")}`;
  return `${base}/commits`;
}

/** Asks all that is planned. */
export async function readAll(place: ReadPlace, plan: readonly PlannedRead[]): Promise<Outcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const seen = new Map<number, Seen>();
  const times: Record<Kind | "all", number[]> = {
    all: [],
    newest: [],
    older: [],
    sort: [],
    series: [],
    columns: [],
    compare: [],
  };
  const failures: Record<string, number> = {};
  const counts = { failed: 0, newest: 0, old: 0, mostBehind: 0 };
  let asked = 0;
  const get = (path: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const { port = 0, cookie = "" } = place.servers[asked++ % place.servers.length] ?? {};
      const sent = request({ agent, port, host: "127.0.0.1", path, headers: { cookie } }, (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (part: string) => (body += part));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
      });
      sent.on("error", reject).end();
    });
  const start = performance.now();
  const one = async ({ at, rank, kind }: PlannedRead): Promise<void> => {
    const known = seen.get(rank);
    // who pages down, or compares, has seen the newest page
    const own = (kind === "older" || kind === "compare") && known === undefined ? "newest" : kind;
    const committed = place.committed.get(rank) ?? 0;
    const path = pathOf(own, place.repositories[rank] as RepositoryId, place.column, known ?? NOTHING_SEEN);
    const { status, body } = await get(path).catch((error: unknown) => ({ status: 0, body: String(error) }));
    if (status !== 200) {
      counts.failed += 1;
      const what = `${own} ${status} ${body.slice(0, 120)}`;
      failures[what] = (failures[what] ?? 0) + 1;
      return;
    }
    const took = performance.now() - start - at;
    times.all.push(took);
    times[own].push(took);
    if (own !== "newest") return;
    counts.newest += 1;
    const next = /"nextCursor":"([^"]+)"/.exec(body)?.[1];
    const shas = [...body.matchAll(/"sha":"([0-9a-f]{40,64})"/g)].map(([, sha]) => sha as string);
    if (next !== undefined) seen.set(rank, { cursor: next, shas: [shas.at(-1) ?? "", shas[0] ?? ""] });
    const behind = committed - Number(/"version":(\d+)/.exec(body.slice(-400))?.[1] ?? 0);
    if (behind > 0) counts.old += 1;
    counts.mostBehind = Math.max(counts.mostBehind, behind);
  };
  const waiting: Promise<void>[] = [];
  for (const planned of plan) {
    const early = planned.at - (performance.now() - start);
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    waiting.push(one(planned));
  }
  await Promise.all(waiting);
  agent.destroy();
  return { ...counts, answered: times.all.length, failures, milliseconds: times };
}

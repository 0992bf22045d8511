// A history that is worth charting, and what Git has of it: read by `git show` and JSON.parse alone.
import { git, HistoryBuilder } from "./git-history.ts";
import { objectsOf } from "./git-objects.ts";

/** Commits of `main`. */
export const CHARTED_COMMITS = 60;
/** Commits of `faster`, which begins at the tag v2.0. */
const FASTER_COMMITS = 6;
const DAY = 86_400;
/** Seconds since 1970: recent, since branches that nobody has touched for long are not followed. */
const FIRST_AT = (Math.floor(Date.now() / 86_400_000) - 110) * DAY;

/** The metric file of one commit. */
interface Metrics {
  readonly runs: readonly { readonly name: string; readonly latency_ms: number; readonly latency_ms_std: number }[];
  readonly loss: number;
  readonly accuracy?: number;
  readonly once?: number;
  readonly note: string;
}

const rounded = (value: number): number => Number(value.toFixed(3));

function metricsOf(n: number, faster: number): string {
  const jump = n >= 25 ? 30 : 0;
  const metrics: Metrics = {
    runs: ["read", "write"].map((name, index) => ({
      name,
      latency_ms: rounded(100 * (index + 1) + 8 * Math.sin(n / 3 + index) - jump - faster * 3),
      latency_ms_std: rounded(2 + (n % 5)),
    })),
    loss: rounded(4 * 0.93 ** n + 0.01),
    ...(n % 10 === 4 ? {} : { accuracy: rounded(0.5 + n / 200) }),
    ...(n === 12 ? { once: 7 } : {}),
    note: `n${n}`,
  };
  return JSON.stringify(metrics);
}

/** Makes it: `main` with the tags v1.0 and v2.0, `faster` of v2.0, days of one or three between commits. */
export async function makeChartedHistory(folder: string): Promise<void> {
  const history = new HistoryBuilder(folder);
  let [at, fork] = [
    FIRST_AT,
    history.commit({ files: { "metrics.json": metricsOf(0, 0) }, message: "Begin", at: FIRST_AT }),
  ];
  for (let n = 1; n < CHARTED_COMMITS; n += 1) {
    at += n % 4 === 0 ? 3 * DAY : DAY;
    const mark = history.commit({ files: { "metrics.json": metricsOf(n, 0) }, message: `Change ${n}`, at });
    if (n === 40) fork = mark;
  }
  for (let n = 1; n <= FASTER_COMMITS; n += 1) {
    const parents = n === 1 ? { parents: [fork] } : {};
    const files = { "metrics.json": metricsOf(40 + n, n) };
    history.commit({ branch: "faster", ...parents, files, message: `Faster ${n}`, at: at + n * DAY });
  }
  await history.finish();
  const line = git(folder, "rev-list", "--first-parent", "--reverse", "main").split("\n");
  git(folder, "tag", "v1.0", line[10] ?? "");
  git(folder, "tag", "v2.0", line[40] ?? "");
}

/** A commit of a line with its metrics as Git has them. */
export interface GitPoint {
  readonly sha: string;
  /** seconds since 1970 */
  readonly at: number;
  readonly metrics: Metrics;
}

/** @returns the commits of a branch's line, oldest first */
export function gitLine(folder: string, branch: string): readonly GitPoint[] {
  const lines = git(folder, "log", "--first-parent", "--reverse", "--format=%H %ct", branch).split("\n");
  const heads = lines.map((line) => line.split(" ") as [string, string]);
  const texts = objectsOf(
    folder,
    heads.map(([sha]) => `${sha}:metrics.json`),
  );
  return heads.map(([sha, at], index) => ({
    sha,
    at: Number(at),
    metrics: JSON.parse(String(texts[index])) as Metrics,
  }));
}

// sort: the first 40 by a column over a million archived commits × 40 columns, a page with all 40 values of each and of its
// parent, against the statements that somebody would write by hand for the same rows of the same objects; and the same list
// in Postgres, where all of them are in it.
import { Client } from "pg";
import { readCommitPage } from "../../src/reads/commit-page.ts";
import { openArchivedHistory } from "../archived-history.ts";
import { archivedReads, type ByHand, COLUMNS, SIZE } from "../archived-reads.ts";
import { type Benchmark, figureOf, median, timed } from "../figure.ts";

const GOAL = 1.3;
const POSTGRES_GOAL = 8;
const LIMIT = 40;

/** The list, then the rows of the page: commits and values of each and of its parent. */
async function pageByHand({ ask, table }: ByHand, column: number): Promise<void> {
  const top = await ask(
    `SELECT position FROM ${table("values")} WHERE repository_id = 1 AND column_id = ${column}
     ORDER BY num DESC NULLS LAST, position DESC LIMIT ${LIMIT}`,
  );
  const positions = top.map(([position]) => Number(position)).flatMap((position) => [position, position - 1]);
  const among = `repository_id = 1 AND position IN (${positions.join(", ")})`;
  await ask(`SELECT * FROM ${table("commits")} WHERE ${among}`);
  await ask(`SELECT column_id, position, num, text, kind FROM ${table("values")} WHERE ${among}`);
}

/** What somebody would write who knows that there is one file, and in which order its numbers are. */
const IN_POSTGRES = `
SELECT c.position, (f.values -> $1::int)::float8 AS value FROM git_commit c
JOIN metric_file f ON f.organization_id = c.organization_id AND f.repository_id = c.repository_id AND f.number = c.metric_file[1]
WHERE c.organization_id = $2 AND c.repository_id = $3 ORDER BY value DESC NULLS LAST, c.position DESC LIMIT ${LIMIT}`;

/** @returns ms of the list alone in Postgres */
async function postgresMs(say: (line: string) => void): Promise<number> {
  say(`filling Postgres with ${SIZE.commits} commits, for the same list there`);
  const history = await openArchivedHistory(SIZE, say, false);
  const client = new Client({ connectionString: history.installation.urls.web });
  await client.connect();
  try {
    const times: number[] = [];
    for (const column of [0, 1, 2]) {
      times.push(await timed(() => client.query(IN_POSTGRES, [column, history.organization, history.repository])));
    }
    return median(times);
  } finally {
    await client.end();
    await history.close();
  }
}

/** Goal: at most 1.3 times what the bare statements take, and 8 times as fast as Postgres. */
export const benchmark: Benchmark = {
  name: "sort",
  run: async (say) => {
    say("floor: the list, its commits and their values, three statements over the same objects, in the same process");
    const alone: number[] = [];
    const { floor, figure } = await archivedReads({
      byHand: async (hand, column) => {
        await pageByHand(hand, column);
      },
      ours: async ({ reads, organization, repository }, column) => {
        const query = { columns: COLUMNS, limit: LIMIT, sort: [COLUMNS[column - 1] ?? ""] };
        const { text } = await readCommitPage(reads, organization, repository, query);
        if (!text.includes('"archived":')) throw new Error("nothing of the page is archived");
      },
      also: async ({ ask, table }, column) => {
        const list = `SELECT position FROM ${table("values")} WHERE repository_id = 1 AND column_id = ${column}
          ORDER BY num DESC NULLS LAST, position DESC LIMIT ${LIMIT}`;
        alone.push(await timed(() => ask(list)));
      },
      say,
    });
    const postgres = await postgresMs(say);
    say(`the list alone by hand ${median(alone).toFixed(0)} ms; in Postgres ${postgres.toFixed(0)} ms`);
    const faster = postgres / figure;
    const list = (postgres / median(alone)).toFixed(1);
    const goal = `≤ ${GOAL} × floor; ≥ ${POSTGRES_GOAL} × faster than in Postgres (here ${faster.toFixed(1)}, the list alone by hand ${list}, of ${SIZE.commits} commits)`;
    const met = figure <= GOAL * floor && faster >= POSTGRES_GOAL;
    return figureOf({ floor, figure, unit: "ms", goal, met });
  },
};

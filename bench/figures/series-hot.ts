// series-hot: one column over 10,000 commits × 40 columns, down to 2,000 points, nothing kept, against the SQL that somebody
// would write by hand who knows where the column is, and who makes nothing shorter.
import { Client } from "pg";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { wideHistory } from "../inputs.ts";
import { type BenchInstallation, importInProcess, openBenchInstallation } from "../installation.ts";
import { requestsPerSecond } from "../load.ts";
import { servePages } from "../served-pages.ts";

const RUNS = 5;
const COMMITS = 10_000;
const COLUMNS = 40;
const POINTS = 2_000;
const MILLISECONDS = 3_000;
const GOAL = 1.3;

/** One file, one shape, all numbers: what the general statements have to find out is known here. */
const BARE = `
SELECT c.ordinal, date_part('epoch', c.committed_at)::bigint AS at, (f.values -> $3::int)::float8 AS value, c.position,
  encode(substring(c.sha FOR 6), 'hex') AS sha
FROM git_commit c
JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = c.metric_file[1]
WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = 1
ORDER BY c.ordinal`;

/** @returns how to measure the bare statement, in ms, over all columns in turn, and how to end */
async function openBare({ urls }: BenchInstallation): Promise<{
  milliseconds: () => Promise<number>;
  close: () => Promise<void>;
}> {
  const client = new Client({ connectionString: urls.web });
  await client.connect();
  const { rows } = await client.query<{ organization: string; repository: string }>(
    "SELECT organization_id::text AS organization, id::text AS repository FROM git_repository",
  );
  const { organization = "", repository = "" } = rows[0] ?? {};
  return {
    milliseconds: async () => {
      const start = performance.now();
      let asked = 0;
      for (; performance.now() < start + MILLISECONDS; asked++) {
        const values = [organization, repository, asked % COLUMNS];
        const found = await client.query({ name: "bare", text: BARE, values });
        if (found.rows.length !== COMMITS) throw new Error(`the bare statement gave ${found.rows.length} rows`);
      }
      return (performance.now() - start) / asked;
    },
    close: () => client.end(),
  };
}

/** Goal: at most 1.3 times what the bare SQL takes. */
export const benchmark: Benchmark = {
  name: "series-hot",
  run: async (say) => {
    const installation = await openBenchInstallation();
    await importInProcess(installation, await wideHistory(COMMITS, COLUMNS));
    const { served, stop } = await servePages(installation);
    const bare = await openBare(installation);
    try {
      const paths = served.columns.map((id) => {
        const path = served.path.replace(/commits$/, "series");
        return `${path}?columns=${encodeURIComponent(id)}&points=${POINTS}`;
      });
      say(`floor: by one connection, in turn for each of ${paths.length} columns:${BARE}`);
      const load = { ...served, path: paths, connections: 1, milliseconds: MILLISECONDS };
      await requestsPerSecond({ ...load, milliseconds: 2_000 });
      const floors: number[] = [];
      const figures: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        floors.push(await bare.milliseconds());
        figures.push(1_000 / (await requestsPerSecond(load)));
        say(`run ${run + 1}: SQL ${floors.at(-1)?.toFixed(1)} ms, charts ${figures.at(-1)?.toFixed(1)} ms`);
      }
      const [floor, figure] = [median(floors), median(figures)];
      return figureOf({ floor, figure, unit: "ms", goal: `≤ ${GOAL} × floor`, met: figure <= GOAL * floor });
    } finally {
      await bare.close();
      await stop();
      await installation.close();
    }
  },
};

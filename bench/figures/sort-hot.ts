// sort-hot: the newest answer to "which 40 commits are best by this column" over 10,000 commits × 40 columns, nothing kept,
// against the SQL that somebody would write by hand who knows where the column is.
import { Client } from "pg";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { wideHistory } from "../inputs.ts";
import { type BenchInstallation, importInProcess, openBenchInstallation } from "../installation.ts";
import { requestsPerSecond } from "../load.ts";
import { servePages } from "../served-pages.ts";

/** Many short ones in turn, since others work on the same processors. */
const RUNS = 15;
const COMMITS = 10_000;
const COLUMNS = 40;
const MILLISECONDS = 2_000;
const GOAL = 1.3;

/** One file, one shape, all numbers: what the general statement has to find out is known here. Values are read last. */
const BARE = `
SELECT encode(c.sha, 'hex') AS sha, c.parents, c.position, c.author_name, c.authored, c.committed, c.subject,
  f.values::text AS "values", b.values::text AS before
FROM (
  SELECT c.position, (f.values -> $3::int)::float8 AS value FROM git_commit c
  JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = c.metric_file[1]
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = 1
  ORDER BY value DESC NULLS LAST, c.position DESC LIMIT 40
) top
JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2 AND c.position = top.position
JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = c.metric_file[1]
LEFT JOIN metric_file b ON b.organization_id = $1 AND b.repository_id = $2 AND b.number = c.baseline_file[1]
ORDER BY top.value DESC NULLS LAST, c.position DESC`;

interface Bare {
  /** ms a statement, over all columns in turn */
  milliseconds(): Promise<number>;
  close(): Promise<void>;
}

async function openBare({ urls }: BenchInstallation): Promise<Bare> {
  const client = new Client({ connectionString: urls.web });
  await client.connect();
  const found = await client.query<{ organization: string; repository: string }>(
    "SELECT organization_id::text AS organization, id::text AS repository FROM git_repository",
  );
  const { organization = "", repository = "" } = found.rows[0] ?? {};
  return {
    milliseconds: async () => {
      const end = performance.now() + MILLISECONDS;
      const start = performance.now();
      let asked = 0;
      for (; performance.now() < end; asked++) {
        await client.query({ name: "bare", text: BARE, values: [organization, repository, asked % COLUMNS] });
      }
      return (performance.now() - start) / asked;
    },
    close: () => client.end(),
  };
}

/** Goal: at most 1.3 times what the bare SQL takes. */
export const benchmark: Benchmark = {
  name: "sort-hot",
  run: async (say) => {
    const installation = await openBenchInstallation();
    await importInProcess(installation, await wideHistory(COMMITS, COLUMNS));
    const { served, stop } = await servePages(installation);
    const bare = await openBare(installation);
    try {
      const paths = served.columns.map((id) => {
        const shown = served.columns.map((column) => `columns=${encodeURIComponent(column)}`).join("&");
        return `${served.path}?${shown}&sort=${encodeURIComponent(id)}`;
      });
      say(`floor: by one connection, in turn for each of ${paths.length} columns:${BARE}`);
      const load = { ...served, path: paths, connections: 1, milliseconds: MILLISECONDS };
      await requestsPerSecond({ ...load, milliseconds: 2_000 });
      const floors: number[] = [];
      const figures: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        floors.push(await bare.milliseconds());
        figures.push(1_000 / (await requestsPerSecond(load)));
        say(`run ${run + 1}: SQL ${floors.at(-1)?.toFixed(1)} ms, pages ${figures.at(-1)?.toFixed(1)} ms`);
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

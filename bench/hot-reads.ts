// Reads over a wide history that is all in Postgres, through the API with nothing kept, against bare SQL on the same database.
import { Client } from "pg";
import { type Figure, figureOf, median } from "./figure.ts";
import { wideHistory } from "./inputs.ts";
import { type BenchInstallation, importInProcess, openBenchInstallation } from "./installation.ts";
import { requestsPerSecond } from "./load.ts";
import { type Served, servePages } from "./served-pages.ts";

const COMMITS = 10_000;
const COLUMNS = 40;
const GOAL = 1.3;
const WARM_UP_MS = 2_000;

/** What is measured. */
export interface HotReads {
  /** SQL of organisation, repository and the index of a column, that somebody would write by hand */
  readonly bare: string;
  /** the address that answers the same of a column */
  readonly pathOf: (column: string, served: Served) => string;
  /** how often each of the two is measured, in turn */
  readonly runs: number;
  /** for so long each time */
  readonly milliseconds: number;
  readonly say: (line: string) => void;
}

/** Measures both, in turn for each column of 10,000 commits × 40. Goal: at most 1.3 times what the bare SQL takes. */
export async function hotReads({ bare, pathOf, runs, milliseconds, say }: HotReads): Promise<Figure> {
  const installation = await openBenchInstallation();
  await importInProcess(installation, await wideHistory(COMMITS, COLUMNS));
  const { served, stop } = await servePages(installation);
  const statement = await openBare(installation, bare);
  try {
    const paths = served.columns.map((column) => pathOf(column, served));
    say(`floor: by one connection, in turn for each of ${paths.length} columns:${bare}`);
    const load = { ...served, path: paths, connections: 1, milliseconds };
    await requestsPerSecond({ ...load, milliseconds: WARM_UP_MS });
    const floors: number[] = [];
    const figures: number[] = [];
    for (let run = 0; run < runs; run++) {
      floors.push(await statement.take(milliseconds));
      figures.push(1_000 / (await requestsPerSecond(load)));
      say(`run ${run + 1}: SQL ${floors.at(-1)?.toFixed(1)} ms, API ${figures.at(-1)?.toFixed(1)} ms`);
    }
    const [floor, figure] = [median(floors), median(figures)];
    return figureOf({ floor, figure, unit: "ms", goal: `≤ ${GOAL} × floor`, met: figure <= GOAL * floor });
  } finally {
    await statement.close();
    await stop();
    await installation.close();
  }
}

/** @returns how to measure a statement, in ms, over all columns in turn, and how to end */
async function openBare(
  { urls }: BenchInstallation,
  text: string,
): Promise<{ take: (milliseconds: number) => Promise<number>; close: () => Promise<void> }> {
  const client = new Client({ connectionString: urls.web });
  await client.connect();
  const { rows } = await client.query<{ organization: string; repository: string }>(
    "SELECT organization_id::text AS organization, id::text AS repository FROM git_repository",
  );
  const { organization = "", repository = "" } = rows[0] ?? {};
  return {
    take: async (milliseconds) => {
      const start = performance.now();
      let asked = 0;
      for (; performance.now() < start + milliseconds; asked++) {
        const found = await client.query({ name: "bare", text, values: [organization, repository, asked % COLUMNS] });
        if (found.rows.length === 0) throw new Error("the bare statement gave no rows");
      }
      return (performance.now() - start) / asked;
    },
    close: () => client.end(),
  };
}

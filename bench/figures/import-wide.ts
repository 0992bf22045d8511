// import-wide: 7,000 versions of 800 keys each, against reading, JSON.parse and COPY of the texts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { type Benchmark, figureOf, median, timed } from "../figure.ts";
import { listForFloor } from "../floor.ts";
import { wideHistory } from "../inputs.ts";
import { importInProcess, openBenchInstallation } from "../installation.ts";

const VERSIONS = 7_000;
const KEYS = 800;
const RUNS = 5;
/** Times the floor that an import may take. */
const GOAL = 1.5;

/** Reads all versions by one `git cat-file --batch`. */
async function readTexts(folder: string): Promise<string[]> {
  const git = spawn("sh", ["-c", "git cat-file --batch < /tmp/tidemark-bench-blobs"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  git.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(git, "close");
  const all = Buffer.concat(chunks);
  const texts: string[] = [];
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(10, at);
    const size = Number(all.toString("latin1", at, end).split(" ")[2]);
    texts.push(all.toString("utf8", end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return texts;
}

async function copyTexts(url: string, texts: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("CREATE TABLE floor_document (id integer, document jsonb)");
    const rows = texts.map((text, index) => `${index}\t${text.replaceAll("\\", "\\\\")}\n`);
    await pipeline(Readable.from(rows), client.query(copyFrom("COPY floor_document FROM STDIN")));
    await client.query("DROP TABLE floor_document");
  } finally {
    await client.end();
  }
}

/** Goal: at most 1.5 × the floor. */
export const benchmark: Benchmark = {
  name: "import-wide",
  run: async (say) => {
    const folder = await wideHistory(VERSIONS, KEYS);
    listForFloor(folder, ["metrics.json"]);
    say(
      "floor: git cat-file --batch < /tmp/tidemark-bench-blobs; JSON.parse of each; COPY floor_document (id, jsonb) of the texts",
    );
    const floors: number[] = [];
    const figures: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const installation = await openBenchInstallation();
      try {
        floors.push(
          await timed(async () => {
            const texts = await readTexts(folder);
            for (const text of texts) JSON.parse(text);
            await copyTexts(installation.urls.owner, texts);
          }),
        );
        figures.push((await importInProcess(installation, folder)).doneMs);
      } finally {
        await installation.close();
      }
      say(`run ${run + 1}: floor ${Math.round(floors.at(-1) ?? 0)} ms, import ${Math.round(figures.at(-1) ?? 0)} ms`);
    }
    const [floor, figure] = [median(floors), median(figures)];
    return figureOf({ floor, figure, unit: "ms", goal: `≤ ${GOAL} × floor`, met: figure <= GOAL * floor });
  },
};

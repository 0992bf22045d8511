// poll: one worker looks at 1,000 repositories over HTTP once, against `git ls-remote` of each, two at a time.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OrganizationId } from "../../src/domain/model.ts";
import { pollDue } from "../../src/ingest/poller.ts";
import { openStarter } from "../../src/git/starter.ts";
import { createLog } from "../../src/log.ts";
import { Secret } from "../../src/secrets.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { startGitServer } from "../../test/helpers/git-server.ts";
import { type Benchmark, figureOf, median, timed } from "../figure.ts";
import { shellMs } from "../floor.ts";
import { openBenchInstallation } from "../installation.ts";

const RUNS = 3;
const REPOSITORIES = 1_000;
const FLOOR = "xargs -P 2 -n 1 git ls-remote --symref < addresses > /dev/null";

/** One bare repository with some branches and tags, under a thousand names. */
function makeRepositories(root: string): string[] {
  const git = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  };
  git("init", "-q", "--bare", "-b", "main", "one.git");
  const commit = "commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx\n";
  const refs = Array.from({ length: 10 }, (_, n) => `reset refs/heads/b${n}\nfrom refs/heads/main\n\n`);
  const input = `${commit}\n${refs.join("")}`;
  spawnSync("git", ["-C", join(root, "one.git"), "fast-import", "--quiet"], { input });
  mkdirSync(join(root, "o"));
  const names = Array.from({ length: REPOSITORIES }, (_, n) => `o/r${n}.git`);
  for (const name of names) symlinkSync("../one.git", join(root, name));
  return names;
}

async function addRepositories(database: Database, addresses: readonly string[]): Promise<void> {
  const [organization] = await database.owner.query<{ id: OrganizationId }>(
    "INSERT INTO organization (name) VALUES ('bench') RETURNING id::text",
  );
  const insert = `INSERT INTO git_repository (organization_id, name, kind, address, synced_at, state)
    SELECT $1, address, 'remote', address, now(), 'ready' FROM unnest($2::text[]) AS address`;
  await database.owner.query(insert, [organization?.id ?? "", addresses]);
}

/** Goal: at most 1.1 × the floor. */
export const benchmark: Benchmark = {
  name: "poll",
  run: async (say) => {
    const root = mkdtempSync(join(tmpdir(), "tidemark-bench-poll-"));
    const server = await startGitServer({ root });
    const installation = await openBenchInstallation();
    const { owner, web, worker } = installation.urls;
    const log = createLog({ level: "error" });
    const urls = { ownerUrl: Secret.of(owner), webUrl: Secret.of(web), workerUrl: Secret.of(worker) };
    const database = await openDatabase({ ...urls, log });
    const endStarter = await openStarter(); // as every server and worker has one
    try {
      const addresses = makeRepositories(root).map((name) => `${server.url}/${name}`);
      writeFileSync(join(root, "addresses"), `${addresses.join("\n")}\n`);
      await addRepositories(database, addresses);
      const allow = { http: true, loopback: true, entries: [] };
      const deps = { database, allow, log, pollSeconds: 300 };
      await pollDue(deps); // the first look at each asks for its import
      await database.owner.query("UPDATE event SET state = 'done'");
      const floors: number[] = [];
      const figures: number[] = [];
      say(`floor, addresses one a line: ${FLOOR}`);
      for (let run = 0; run < RUNS; run++) {
        floors.push(await shellMs(FLOOR, root));
        await database.owner.query("UPDATE git_repository SET poll_due_at = now()");
        figures.push(
          await timed(async () => {
            const looks = await pollDue(deps);
            if (looks !== REPOSITORIES) throw new Error(`${looks} looks, wanted ${REPOSITORIES}`);
          }),
        );
        say(`run ${run + 1}: floor ${Math.round(floors[run] ?? 0)} ms, poll ${Math.round(figures[run] ?? 0)} ms`);
      }
      const [floor, figure] = [median(floors), median(figures)];
      return figureOf({ floor, figure, unit: "ms", goal: "≤ 1.1 × floor", met: figure <= 1.1 * floor });
    } finally {
      await endStarter();
      await database.close();
      await installation.close();
      await server.close();
      rmSync(root, { recursive: true, force: true });
    }
  },
};

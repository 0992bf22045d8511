// The archiving process of a benchmark: archives the one repository, but for its newest 1,000 commits, and tells seconds and memory.
// Argument: the folder of the archive. Standard input: the three database addresses as JSON.
import { join } from "node:path";
import { archiveRepository } from "../src/archive/archive-run.ts";
import { FolderStore } from "../src/archive/folder-store.ts";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { openChildDatabase } from "./child-database.ts";

const folder = process.argv[2] ?? "";
const { database, log } = await openChildDatabase();
const [place] = await database.owner.query<{ organizationId: OrganizationId; repositoryId: RepositoryId }>(
  `SELECT organization_id::text AS "organizationId", id::text AS "repositoryId" FROM git_repository`,
);
if (place === undefined) throw new Error("there is no repository");
const start = performance.now();
const deps = {
  database,
  objects: new FolderStore({ kind: "folder", folder: join(folder, "objects") }),
  holder: "archiver of a benchmark",
  workFolder: join(folder, "work"),
  keep: { commits: 1_000, days: 0, minCommits: 500 },
  log,
  now: () => Date.now(),
};
const segments = await archiveRepository(deps, place, new AbortController().signal);
const commits = segments.reduce((sum, segment) => sum + segment.commits, 0);
const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
const seconds = (performance.now() - start) / 1_000;
await database.close();
// resident pages at their most, in kB on Linux
process.stdout.write(JSON.stringify({ seconds, commits, bytes, peakBytes: process.resourceUsage().maxRSS * 1_024 }));

// What of a repository is archived, in the API, and the archiver's runs over it.
import { z } from "zod";
import { type Contract, RepositoryParams } from "./contract.ts";

/** A run of the archiver over a repository. */
export const ArchiveRun = z.object({
  id: z.string().max(20),
  /** new commits, objects whose commits stand elsewhere now, or few large objects in place of many small ones */
  task: z.enum(["archive", "rewrite", "compact"]),
  /** overtaken: another archiver, or a new reading of the history, was there first; nothing is amiss */
  state: z.enum(["running", "done", "failed", "overtaken"]),
  /** positions that it was about */
  commits: z.number().int(),
  /** of the objects that it wrote, as far as they are still there */
  bytes: z.number().int(),
  startedAt: z.string().max(40),
  finishedAt: z.string().max(40).nullable(),
  /** what it met, in words for people; the next one does its work */
  problem: z.string().max(4_000).nullable(),
});
/** A run of the archiver over a repository. */
export type ArchiveRun = z.infer<typeof ArchiveRun>;

/** What of a repository is archived. */
export const RepositoryArchive = z.object({
  /** that a branch reaches, wherever they are */
  commits: z.number().int(),
  /** those in the database, whether the archive has them, too, or not */
  hot: z.number().int(),
  /** those in the archive alone */
  archived: z.number().int(),
  /** objects of the archive that hold some of it, and their bytes; others may be in them as well */
  objects: z.number().int(),
  bytes: z.number().int(),
  /** when commits were archived last */
  writtenAt: z.string().max(40).nullable(),
  /** the newest 50, the newest first */
  runs: z.array(ArchiveRun),
});
/** What of a repository is archived. */
export type RepositoryArchive = z.infer<typeof RepositoryArchive>;

/** What of it is archived. */
export const getArchive = {
  method: "GET",
  url: "/api/v1/repositories/:repository/archive",
  summary: "What of it is archived and what is in the database, and the archiver's newest runs",
  params: RepositoryParams,
  status: 200,
  answer: RepositoryArchive,
  problems: ["not-signed-in", "repository-not-found"],
} as const satisfies Contract;

// Small histories on a test server, and what a mirror of one reads back.
import { join } from "node:path";
import { after } from "node:test";
import { readBlobs } from "../../src/git/blobs.ts";
import { listCommits } from "../../src/git/commits.ts";
import { listRefs } from "../../src/git/refs.ts";
import type { GitRepository } from "../../src/git/repository.ts";
import type { Sha } from "../../src/domain/model.ts";
import { gitBytes, HistoryBuilder } from "./git-history.ts";
import { type GitServer, type GitServerOptions, startGitServer } from "./git-server.ts";

/** Starts a server of a folder that ends after the tests of the file that called this. */
export async function serve(folder: string, options: Partial<GitServerOptions> = {}): Promise<GitServer> {
  const server = await startGitServer({ root: folder, ...options });
  after(() => server.close());
  return server;
}

/** Makes a bare repository of `count` commits on `main`, each with its own `metrics.json`. @returns its path */
export async function makeVersions(
  folder: string,
  name: string,
  count: number,
  objectFormat: "sha1" | "sha256" = "sha1",
): Promise<string> {
  const path = join(folder, name);
  const history = new HistoryBuilder(path, { objectFormat });
  for (let n = 0; n < count; n += 1) history.commit({ files: { "metrics.json": `{"n":${n}}`, [`f${n % 7}`]: `${n}` } });
  await history.finish();
  return path;
}

/** Reads every version of `metrics.json` that a mirror of `path` holds or can fetch, oldest first. */
export async function versionsOf(mirror: GitRepository, path: string): Promise<string[]> {
  const { refs } = await listRefs(mirror);
  const graph = await listCommits(mirror, { tips: refs.map(({ sha }) => sha) });
  const names = [...graph.shas()].map((sha) => `${sha}:metrics.json\n`).join("");
  const answers = gitBytes(path, ["cat-file", "--batch-check=%(objectname)"], names).toString("latin1");
  const ids = answers.trim().split("\n") as Sha[];
  const contents: string[] = [];
  for await (const reading of readBlobs(mirror, ids, { maxBytes: 1_000 })) {
    contents.push("bytes" in reading ? String(reading.bytes) : "missing");
  }
  return contents;
}

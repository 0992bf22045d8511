// Reads a folder's whole history as another account: what test/closed-folders.test.ts starts. Says how that ended, as JSON.
import { readBlobs } from "../../src/git/blobs.ts";
import { readChanges } from "../../src/git/changes.ts";
import { listCommits } from "../../src/git/commits.ts";
import { openLocal } from "../../src/git/local.ts";
import { listRefs } from "../../src/git/refs.ts";
import type { Sha } from "../../src/domain/model.ts";
import { isTidemarkError } from "../../src/errors.ts";

/** How reading ended. */
export type FolderReport =
  | { readonly code: string; readonly message: string }
  | { readonly commits: number; readonly contents: readonly string[] };

async function read(folder: string): Promise<FolderReport> {
  const repository = await openLocal(folder);
  const { refs } = await listRefs(repository);
  const graph = await listCommits(repository, { tips: refs.map(({ sha }) => sha) });
  const oids: Sha[] = [];
  const onCommit: Parameters<typeof readChanges>[2]["onCommit"] = (_, changes) => {
    for (const { oid } of changes) if (oid !== null) oids.push(oid);
  };
  const shas = [...graph.shas()];
  await readChanges(repository, shas, { wants: (path) => path === "metrics.json", onCommit });
  const contents: string[] = [];
  for await (const reading of readBlobs(repository, oids, { maxBytes: 1_000 })) {
    contents.push("missing" in reading ? "missing" : String(reading.bytes));
  }
  return { commits: shas.length, contents };
}

const [folder = ""] = process.argv.slice(2);
const report = await read(folder).catch((error: unknown): FolderReport => {
  if (isTidemarkError(error)) return { code: error.code, message: error.message };
  return { code: "unexpected", message: String(error) };
});
process.stdout.write(JSON.stringify(report));

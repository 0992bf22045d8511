// Makes the demo's repository on the spot: what a new user sees, what the docs' pictures show, what many tests use.
import { rename, rm } from "node:fs/promises";
import { runGit } from "../git/run.ts";
import { DEMO_ENDS_AT, demoStream } from "./demo-stream.ts";

/** Bytes of the largest file that git may write for it: its one pack has about 2 MiB. */
const MAX_PACK_BYTES = 64 * 1024 * 1024;

/** What may be chosen about the demo. */
export interface DemoOptions {
  /** any whole number; the same seed and end give the same commit ids */
  readonly seed: number;
  /** when the newest commit is made, in seconds since 1970 */
  readonly endsAt?: number;
}

/**
 * Makes a bare repository with 300 commits: merges, an octopus, a foxtrot, two live branches, a data branch with a root
 * of its own, NaN, rows in another order each time and one renamed, a file over the limit and a broken one.
 * @param folder absolute; appears when the repository is complete, and must not be there
 * @throws TidemarkError of a git that failed
 */
export async function makeDemoRepository(folder: string, { seed, endsAt = DEMO_ENDS_AT }: DemoOptions): Promise<void> {
  const attempt = "make the demo in";
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true }).catch(() => undefined); // git says why a folder cannot be made
  const init = ["init", "--quiet", "--bare", "--template=", "--initial-branch=main", "--object-format=sha1", fresh];
  await runGit(null, init, { attempt, fileBytes: MAX_PACK_BYTES });
  const repository = {
    kind: "mirror",
    gitDir: fresh,
    name: folder,
    objectFormat: "sha1",
    remote: null,
    authorization: null,
    partial: false,
    shallow: false,
  } as const;
  const args = ["fast-import", "--quiet", "--done", "--force"];
  await runGit(repository, args, { attempt, input: demoStream(seed, endsAt), fileBytes: MAX_PACK_BYTES });
  await rename(fresh, folder);
}

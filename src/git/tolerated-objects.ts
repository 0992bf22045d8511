// Objects that old tools wrote with small faults, which do no harm: taken, while all others are checked as ever.
import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isTidemarkError } from "../errors.ts";
import type { Sha } from "../domain/model.ts";
import type { GitRepository } from "./repository.ts";
import { runGit } from "./run.ts";
import { requireSha } from "./trees.ts";

/** What many an honest repository has. The template names the same to `fetch`. */
const TOLERATED = ["badTimezone", "missingSpaceBeforeDate", "zeroPaddedFilemode"];
/**
 * What git finds in the contents of files that it would read in a work tree, when they come along with a push. Nothing of
 * ours reads them, and without files nobody looks.
 */
const IN_FILES = ["Blob", "Large", "Missing", "Name", "Parse", "Path", "Update", "Url"].map(
  (what) => `gitmodules${what}`,
);
IN_FILES.push("gitattributesBlob", "gitattributesLarge", "gitattributesLineLength", "gitattributesMissing");

const HARMLESS = new Set([...TOLERATED, ...IN_FILES]);

/**
 * Whether a fetch was refused for such faults: git before 2.45 forgets that they are to be ignored when blobs are left
 * out. It stops at the first fault, so that this says nothing of the other objects.
 */
export function isTolerated(error: unknown): boolean {
  if (!isTidemarkError(error, "repository-corrupt") || !(error.cause instanceof Error)) return false;
  const found = Array.from(error.cause.message.matchAll(/^error: object [0-9a-f]+: (\w+):/gm), ([, name]) => name);
  return found.length > 0 && found.every((name) => name !== undefined && HARMLESS.has(name));
}

/** Says that a mirror holds objects that were not checked: whoever opens it after a crash checks them first. */
const MARK = "tidemark-unchecked";

/**
 * Has objects fetched unchecked, and checks all of the mirror afterwards, as strictly as a fetch does.
 * @throws TidemarkError `repository-corrupt`, and those of `fetch`
 */
export async function fetchUnchecked(
  mirror: GitRepository,
  fetch: (...settings: readonly string[]) => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await writeFile(join(mirror.gitDir, MARK), "");
  await fetch("-c", "fetch.fsckObjects=false");
  await checkUnchecked(mirror, signal);
}

/** Checks a mirror whose objects were left unchecked, if they were. @throws TidemarkError `repository-corrupt` */
export async function checkUnchecked(mirror: GitRepository, signal: AbortSignal | undefined): Promise<void> {
  const mark = join(mirror.gitDir, MARK);
  if (
    await access(mark).then(
      () => false,
      () => true,
    )
  )
    return;
  const settings = [...HARMLESS].flatMap((name) => ["-c", `fsck.${name}=ignore`]);
  const args = [...settings, "fsck", "--strict", "--full", "--no-dangling", "--no-reflogs", "--no-progress"];
  const attempt = "check the objects of";
  // with a commit to begin at git looks at no HEAD: that of a mirror is strange to it
  const listing = ["for-each-ref", "--count=1", "--format=%(objectname)", "refs/tidemark/"];
  const tip = (await runGit(mirror, listing, { attempt, signal })).toString("latin1").trim() as Sha;
  await runGit(mirror, tip === "" ? args : [...args, requireSha(tip)], { attempt, signal });
  await rm(mark, { force: true });
}

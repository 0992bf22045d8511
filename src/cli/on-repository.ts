// Runs a command on a repository: opens it, says what is odd about it, pages what is written, lets go of it.
import { escapeControls } from "../domain/safe-text.ts";
import type { GitRepository } from "../git/repository.ts";
import { refsNamed } from "../git/revisions.ts";
import type { CommandContext } from "./context.ts";
import { type Effects, EXIT } from "./effects.ts";
import { pagerFor } from "./pager.ts";
import type { ReadingOptions } from "./reading-options.ts";
import { openSource } from "./source.ts";

/** What a command works with. */
export interface OpenedRepository {
  readonly repository: GitRepository;
  /** with an output that a pager may show */
  readonly effects: Effects;
}

/** As git does: what is called alike is told, and one rule says which is meant. */
async function tellDoubleName(repository: GitRepository, text: string, { err }: Effects): Promise<void> {
  const { branch, tag } = await refsNamed(repository, text);
  if (branch === null || tag === null) return;
  const [name, other] = [tag.slice("refs/tags/".length), tag].map(escapeControls);
  err.write(`note: "${name}" is a branch and a tag: the branch is meant; ${other} is the tag\n`);
}

/**
 * @param work resolves to the exit code
 * @throws TidemarkError those of `openSource()` and of the work
 */
export async function onRepository(
  options: ReadingOptions,
  context: CommandContext,
  work: (opened: OpenedRepository) => Promise<number>,
): Promise<number> {
  const { effects } = context;
  const source = await openSource(options.place, context);
  // JSON is for programs
  const pager = pagerFor(effects, options.pager && options.format !== "json");
  try {
    for (const notice of source.notices) effects.err.write(`note: ${notice}\n`);
    const { repository } = source;
    for (const name of [options.branch, ...(options.names ?? [])])
      if (name !== null) await tellDoubleName(repository, name, effects);
    return await work({ repository, effects: pager === null ? effects : { ...effects, out: pager.out } });
  } catch (error) {
    if (effects.signal.aborted) return EXIT.stopped;
    throw error;
  } finally {
    await source.close();
    await pager?.close();
  }
}

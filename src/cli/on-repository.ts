// Runs a command on a repository: opens it, says what is odd about it, pages what is written, lets go of it.
import type { GitRepository } from "../git/repository.ts";
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
    return await work({ repository, effects: pager === null ? effects : { ...effects, out: pager.out } });
  } catch (error) {
    if (effects.signal.aborted) return EXIT.stopped;
    throw error;
  } finally {
    await source.close();
    await pager?.close();
  }
}

// `tidemark archive run|verify`: what the archiver does by itself, now; and whether its objects are what they were.
import { archiveRepository } from "../archive/archive-run.ts";
import { removeReplaced } from "../archive/clean-archive.ts";
import { tidyArchive } from "../archive/compaction.ts";
import { assertFitStore } from "../archive/fit-store.ts";
import { deleteArchived } from "../archive/late-deletion.ts";
import { verifyArchive } from "../archive/verify-archive.ts";
import { formatCount } from "../domain/format-value.ts";
import type { RepositoryId } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { isTidemarkError } from "../errors.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./effects.ts";
import { type ArchiveOptions, asked, commitsOf, depsOf } from "./on-archive.ts";
import { find, onInstallation } from "./on-installation.ts";

/** `tidemark archive run [repository]`. */
export function run(context: CommandContext, name: string | undefined, options: ArchiveOptions): Promise<number> {
  return onInstallation(context, options, { purpose: "tidemark archive run", works: false }, async (opened) => {
    const { out, err, signal } = context.effects;
    const deps = await depsOf(context, opened, options);
    await assertFitStore(deps, signal);
    const { organizationId } = opened.owner;
    let failed = 0;
    for (const { id, name: each } of await asked(opened, name, "archive commits of the repository")) {
      const place = { organizationId, repositoryId: id as RepositoryId };
      try {
        const segments = await archiveRepository(deps, place, signal, options.now === true);
        const removed = await deleteArchived(deps, place, deps.now(), signal);
        const commits = segments.reduce((sum, segment) => sum + segment.commits, 0);
        out.write(`${escapeControls(each)}: ${commitsOf(commits)} archived, ${commitsOf(removed)} left Postgres\n`);
      } catch (error) {
        if (!isTidemarkError(error) || signal.aborted) throw error;
        err.write(`tidemark: ${escapeControls(`${each}: ${error.message}`)}\n`);
        failed += 1;
      }
    }
    await tidyArchive(deps, signal);
    await removeReplaced(deps, signal);
    return failed === 0 ? EXIT.done : EXIT.failed;
  });
}

/** `tidemark archive verify [repository]`. */
export function verify(context: CommandContext, name: string | undefined, options: ArchiveOptions): Promise<number> {
  return onInstallation(context, options, { purpose: "tidemark archive verify", works: false }, async (opened) => {
    const { out, err, signal } = context.effects;
    const deps = await depsOf(context, opened, options);
    const one = name === undefined ? null : await find(opened, name, "verify what is archived of the repository");
    let [good, bad, bytes] = [0, 0, 0];
    for await (const { object, problem } of verifyArchive(deps, (one?.id ?? null) as RepositoryId | null, signal)) {
      if (problem === null) good += 1;
      else bad += 1;
      if (problem === null) bytes += object.bytes;
      if (problem !== null) err.write(`${object.key}: ${problem}\n`);
      opened.line.show({ phase: "verifying objects", done: good + bad, total: null, share: null });
    }
    opened.line.end();
    out.write(
      `${formatCount(good + bad)} objects looked at: ${bad === 0 ? `all are what the manifest says, ${formatCount(bytes)} bytes` : `${formatCount(bad)} are not what the manifest says`}.\n`,
    );
    if (bad > 0 && good === 0)
      err.write("None is as it was: is TIDEMARK_ARCHIVE the right place, and its disk mounted?\n");
    else if (bad > 0)
      err.write("What is missing or damaged is written again when the history is read anew: docs/archive.md.\n");
    return bad === 0 ? EXIT.done : EXIT.failed;
  });
}

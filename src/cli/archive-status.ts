// `tidemark archive status|clean`: how far repositories are archived, and what lies in the store that nobody needs.
import { readArchiveStatus, readRetired, type ArchiveStatus } from "../archive/archive-status.ts";
import { findOrphans } from "../archive/clean-archive.ts";
import { formatCount } from "../domain/format-value.ts";
import { escapeControls } from "../domain/safe-text.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./effects.ts";
import { type ArchiveOptions, asked, commitsOf, depsOf } from "./on-archive.ts";
import { onInstallation } from "./on-installation.ts";

/** `tidemark archive status`. */
export function status(context: CommandContext, options: ArchiveOptions): Promise<number> {
  return onInstallation(context, options, { purpose: "tidemark archive status", works: false }, async (opened) => {
    const { out, signal } = context.effects;
    const deps = await depsOf(context, opened, options);
    const { organizationId } = opened.owner;
    const repositories = await asked(opened, undefined, "");
    const all = await readArchiveStatus(opened.database, organizationId, repositories, {
      keep: deps.keep,
      now: deps.now(),
    });
    const retired = await readRetired(opened.database, organizationId);
    const orphans = options.deep === true ? await findOrphans(deps, { removes: false }, signal) : null;
    if (options.json === true) {
      out.write(`${JSON.stringify({ place: deps.objects.place, repositories: all, retired, orphans }, null, 2)}\n`);
      return EXIT.done;
    }
    out.write(`${escapeControls(deps.objects.place)}\n`);
    for (const each of all) out.write(linesOf(each));
    if (retired.objects > 0)
      out.write(
        `${objectsOf(retired.objects)} of ${formatCount(retired.bytes)} bytes were replaced, and go within a day\n`,
      );
    if (orphans !== null) out.write(`${objectsOf(orphans.length)} that nobody knows of: tidemark archive clean\n`);
    return EXIT.done;
  });
}

function linesOf({
  name,
  archivedTo,
  hotFrom,
  hot,
  waiting,
  following,
  objects,
  bytes,
  stale,
  complete,
  failed,
}: ArchiveStatus): string {
  const far =
    archivedTo < 0
      ? "nothing archived"
      : `archived up to position ${formatCount(archivedTo)}, in ${objectsOf(objects)} of ${formatCount(bytes)} bytes`;
  const both = archivedTo >= hotFrom ? `, those from position ${formatCount(hotFrom)} on in both` : "";
  const notes = [
    `${commitsOf(hot)} in Postgres${both}`,
    ...(waiting > 0 ? [`${commitsOf(waiting)} may be archived`] : []),
    ...(following > 0 ? [`${commitsOf(following)} stay because they follow one that is kept`] : []),
    ...(stale > 0 ? [`${formatCount(stale)} ${stale === 1 ? "segment is" : "segments are"} to be rewritten`] : []),
    ...(complete ? [] : ["its history is being read"]),
    ...(failed === null
      ? []
      : [`the last run failed at ${failed.at.slice(0, 16)}Z: ${escapeControls(failed.problem)}`]),
  ];
  return `${escapeControls(name)}: ${far}\n${notes.map((note) => `  ${note}\n`).join("")}`;
}

function objectsOf(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "object" : "objects"}`;
}

/** `tidemark archive clean`. */
export function clean(context: CommandContext, options: ArchiveOptions): Promise<number> {
  return onInstallation(context, options, { purpose: "tidemark archive clean", works: false }, async (opened) => {
    const { out, signal } = context.effects;
    const deps = await depsOf(context, opened, options);
    const removes = options.delete === true;
    const orphans = await findOrphans(deps, { removes }, signal);
    for (const { key, bytes, writtenAt } of orphans) {
      out.write(`${key}  ${formatCount(bytes)} bytes, written ${writtenAt.toISOString().slice(0, 16)}Z\n`);
    }
    const what = removes ? "removed" : "would be removed by --delete";
    out.write(
      `${objectsOf(orphans.length)} that neither the manifest nor a run names: ${orphans.length === 0 ? "nothing to do" : what}.\n`,
    );
    return EXIT.done;
  });
}

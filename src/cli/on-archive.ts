// What the commands about the archive share: their options, the archiver of an installation, the repositories that are asked for.
import { archiverOf } from "../archiver-process.ts";
import { formatCount } from "../domain/format-value.ts";
import { createLog } from "../log.ts";
import { readRepositories, type RepositoryView } from "../reads/repository-list.ts";
import type { CommandContext } from "./context.ts";
import { type DataOption, withData } from "./data-folder.ts";
import { find, type Opened } from "./on-installation.ts";

/** What the commands are given. */
export interface ArchiveOptions extends DataOption {
  readonly now?: boolean;
  readonly deep?: boolean;
  readonly delete?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly engine?: string;
}

/** @returns what archives, with a log for a person who waits */
export function depsOf(context: CommandContext, opened: Opened, options: ArchiveOptions) {
  const { effects } = context;
  const log = createLog({ level: "warn", pretty: true, destination: opened.line });
  return archiverOf(opened, { config: withData(context, options), log, now: () => effects.now() });
}

/** @returns the repository of this name, or all */
export async function asked(
  opened: Opened,
  name: string | undefined,
  attempt: string,
): Promise<readonly Pick<RepositoryView, "id" | "name">[]> {
  if (name !== undefined) return [await find(opened, name, attempt)];
  return readRepositories(opened.reads, opened.owner.organizationId);
}

/** @returns "1,204 commits" */
export function commitsOf(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "commit" : "commits"}`;
}

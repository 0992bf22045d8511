// What could not be read of a repository, in sentences: "3 commits miss values because "metrics.json" was 6.1 MiB …".
import type { OrganizationId } from "../domain/model.ts";
import { readCandidates } from "../store/candidate-file.ts";
import { type MissingGroup, readMissing, readNotices } from "../store/warning-page.ts";
import { recognisedNotice } from "./recognised.ts";
import { type NameReads, readSnapshot, type Versioned } from "./repository-names.ts";

/** Reasons that are listed, those of most commits first: nobody reads more. */
const MAX_GROUPS = 200;

/** One sentence about the commits that miss values for one reason. */
export interface MissingView {
  readonly path: string | null;
  readonly reason: string;
  readonly commits: number;
  readonly sentence: string;
  readonly sha: string | null;
}

/** What could not be read, and what else people should know. */
export interface WarningsView {
  readonly missing: readonly MissingView[];
  readonly notices: readonly string[];
}

const BINARY_UNITS = ["bytes", "KiB", "MiB", "GiB"] as const;

/** @returns "6.1 MiB", "512 bytes" */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < BINARY_UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(1).replace(/\.0$/, "")} ${BINARY_UNITS[unit]}`;
}

/** What a file was, by the reason why it could not be read; what is not here is told by its message. */
const WAS: Readonly<Record<string, string>> = {
  symlink: "was a symbolic link",
  submodule: "was a submodule",
  "lfs-pointer": "was kept by Git LFS, outside of Git",
  "dvc-tracked": "was kept by DVC, outside of Git",
  "merge-conflict": "held an unsolved merge conflict",
  "missing-object": "was missing from the repository",
  "not-text": "was no text",
};

function causeOf({ path, reason, size, limit, message }: MissingGroup): string {
  if (path === null) return inSentence(message);
  const file = JSON.stringify(path);
  if (reason === "too-large" && size !== null) {
    return `${file} was ${formatBytes(size)}${limit === null ? "" : `, limit ${formatBytes(limit)}`}`;
  }
  const was = WAS[reason];
  return was === undefined ? `${file} could not be read: ${message}` : `${file} ${was}`;
}

/** A sentence as the end of another one. A word of capitals keeps them. */
function inSentence(message: string): string {
  return message.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()).replace(/\.$/, "");
}

/** @returns "3 commits miss values because …" */
export function missingSentence(group: MissingGroup): string {
  const who = group.commits === 1 ? "1 commit misses" : `${group.commits.toLocaleString("en-US")} commits miss`;
  return `${who} values because ${causeOf(group)}`;
}

/** What could not be read, the reasons of most commits first. @throws TidemarkError `repository-not-found` */
export async function readWarnings(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<Versioned<WarningsView>> {
  return readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const missing = (await readMissing(reader, repository, MAX_GROUPS)).map((group) => {
      const { path, reason, commits, sha } = group;
      return { path, reason, commits, sentence: missingSentence(group), sha };
    });
    const recognised = recognisedNotice((await readCandidates(reader, repository))?.recognised ?? []);
    const notices = await readNotices(reader, repository);
    return { missing, notices: recognised === null ? notices : [...notices, recognised] };
  });
}

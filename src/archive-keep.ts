// What stays in the database however old it is, and from when on it is worth an object: settings of the archiver.
import { badSetting, type Environment } from "./setting.ts";

/** The commit below a page stays, too: it says that there is more, and what the last row took away is seen by its files. */
const BELOW = 1;

/** Which commits stay in Postgres. */
export interface ArchiveKeep {
  /** the newest commits of the default branch's line: those of the setting, and the one below them */
  readonly commits: number;
  /** all that are younger than so many days, whatever branch has them; 0: their age does not count */
  readonly days: number;
  /** how many more commits have to be old enough before they are archived: each object has a cost of its own */
  readonly minCommits: number;
}

/** What holds where nobody says otherwise. */
export const STANDARD_KEEP: ArchiveKeep = { commits: 1_000 + BELOW, days: 90, minCommits: 500 };

/** A page of the newest commits never waits for an engine. */
const LEAST_KEPT = 40;

/** Reads what is kept. @throws TidemarkError `bad-setting` */
export function parseArchiveKeep(env: Environment): ArchiveKeep {
  const number = (name: string, least: number, most: number, usual: number): number => {
    const text = env[name] ?? "";
    if (text === "") return usual;
    if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw badSetting(name, JSON.stringify(text), `a number from ${least} to ${most}`);
  };
  return {
    commits: number("TIDEMARK_ARCHIVE_KEEP_COMMITS", LEAST_KEPT, 1_000_000, STANDARD_KEEP.commits - BELOW) + BELOW,
    days: number("TIDEMARK_ARCHIVE_KEEP_DAYS", 0, 36_500, STANDARD_KEEP.days),
    minCommits: number("TIDEMARK_ARCHIVE_MIN_COMMITS", 1, 1_000_000, STANDARD_KEEP.minCommits),
  };
}

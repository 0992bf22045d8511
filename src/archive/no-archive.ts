// The archive of a process that was told of none: what left the database is missed, with the reason.
import { TidemarkError } from "../errors.ts";
import type { Archive } from "./archive.ts";

function missed(): Promise<never> {
  return Promise.reject(
    new TidemarkError("archive-store-unreachable", {
      attempt: "read older commits from",
      value: "the archive",
      found: "no place of it among this process's settings",
      wanted: "TIDEMARK_ARCHIVE as the archiver has it",
    }),
  );
}

/** Has nothing. */
export const noArchive: Archive = {
  atOnce: 1,
  rows: missed,
  top: missed,
  between: missed,
  line: missed,
  times: missed,
};

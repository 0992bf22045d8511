// The question of what of a repository is archived.
import { queryOptions } from "@tanstack/react-query";
import type { getArchive } from "../src/api/contract/archive.ts";
import { type Answer, call, withSignal } from "./api.ts";
import { rowsKey } from "./queries.ts";

const ARCHIVE: typeof getArchive.url = "/api/v1/repositories/:repository/archive";
/** While commits are being archived, this is asked for again. */
const BUSY_POLL_MS = 5_000;

/** What of a repository is archived, and the archiver's runs. */
export const archiveQuery = (repository: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "archive"],
    queryFn: ({ signal }): Promise<Answer<typeof getArchive>> =>
      call<typeof getArchive>(
        "GET",
        ARCHIVE.replace(":repository", () => encodeURIComponent(repository.toWellFormed())),
        withSignal(signal),
      ),
    refetchInterval: (query) =>
      query.state.data?.runs.some(({ state }) => state === "running") === true ? BUSY_POLL_MS : false,
  });

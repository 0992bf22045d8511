// Keeps an open page up to date: what a repository's stream tells becomes new answers.
import { hashKey, type InfiniteData, type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef } from "react";
import type { CommitPage } from "../src/api/contract/commits.ts";
import type { Repository } from "../src/api/contract/repositories.ts";
import { archiveQuery } from "./archive-api.ts";
import { repositoriesQuery, repositoryQuery, rowsKey } from "./queries.ts";
import { createRefresher, type Refresher } from "./refresher.ts";
import { followRepository, type News } from "./stream.ts";

/** Writes what an event says about the repository itself into the answers that pages hold. */
function applyProgress(client: QueryClient, repository: string, news: News & { type: "progress" }): void {
  const change = (old: Repository): Repository => {
    if (old.name !== repository && old.id !== repository) return old;
    return { ...old, state: news.state, progress: news.progress, version: Math.max(old.version, news.version) };
  };
  client.setQueryData(repositoryQuery(repository).queryKey, (old) => (old === undefined ? old : change(old)));
  client.setQueryData(repositoriesQuery.queryKey, (old) => old?.map(change));
}

/** Whether rows that pages hold are of an older version than the newest heard of. */
function rowsAreOld(client: QueryClient, repository: string, version: number): boolean {
  const commits = client.getQueriesData<InfiniteData<CommitPage>>({ queryKey: [...rowsKey(repository), "commits"] });
  return commits.some(([, data]) => data?.pages.some((page) => page.version < version) === true);
}

/** Rows on the screen that do not move while somebody reads them. */
export interface HeldRows {
  /** of their question */
  readonly queryKey: QueryKey;
  /** Brings in what is new, or says that there is something. @param version the newest heard of */
  readonly bring: (version: number) => Promise<unknown>;
}

/** Asks anew for all rows of a repository but those that are held. */
async function refreshRows(
  client: QueryClient,
  repository: string,
  held: HeldRows | null,
  version: number,
): Promise<void> {
  const heldHash = held === null ? null : hashKey(held.queryKey);
  const predicate = ({ queryHash }: { queryHash: string }): boolean => queryHash !== heldHash;
  const rows = { queryKey: rowsKey(repository), predicate };
  // a page that is being loaded right now is not given up for it; but what comes may be of before, so it is asked for again
  const underWay = client.getQueryCache().findAll({ ...rows, fetchStatus: "fetching" });
  const others = async (): Promise<void> => {
    await client.invalidateQueries(rows, { cancelRefetch: false });
    const again = ({ queryHash }: { queryHash: string }) => underWay.some((query) => query.queryHash === queryHash);
    if (underWay.length > 0) await client.invalidateQueries({ ...rows, predicate: again }, { cancelRefetch: false });
  };
  await Promise.all([others(), held?.bring(version)]);
}

function hear(client: QueryClient, repository: string, news: News, rows: Refresher): void {
  if (news.type === "progress") {
    applyProgress(client, repository, news);
    if (rowsAreOld(client, repository, news.version)) rows.ask();
    return;
  }
  if (news.type === "archived") {
    // no row is another one for it: what there is to tell is where they are
    void client.invalidateQueries({ queryKey: archiveQuery(repository).queryKey });
    return;
  }
  void client.invalidateQueries({ queryKey: repositoryQuery(repository).queryKey });
  void client.invalidateQueries({ queryKey: repositoriesQuery.queryKey });
  rows.ask();
}

/**
 * Follows a repository while the page is open: its progress at once, its rows at a bearable pace.
 * @param repository its name or id; null follows nothing
 * @param version the newest that the page knows, however it came to know: the stream may be refused
 * @param held rows that are brought in with care
 */
export function useLiveRepository(
  repository: string | null,
  version = 0,
  held: RefObject<HeldRows | null> | null = null,
): void {
  const client = useQueryClient();
  const rows = useRef<Refresher>(null);
  const newest = useRef(version);
  useEffect(() => {
    if (repository === null) return undefined;
    const refresher = createRefresher(() => refreshRows(client, repository, held?.current ?? null, newest.current));
    rows.current = refresher;
    const stop = followRepository(repository, (news) => {
      if ("version" in news) newest.current = Math.max(newest.current, news.version);
      hear(client, repository, news, refresher);
    });
    return () => {
      stop();
      refresher.stop();
    };
  }, [client, repository, held]);
  useEffect(() => {
    newest.current = Math.max(newest.current, version);
    if (repository !== null && rowsAreOld(client, repository, version)) rows.current?.ask();
  }, [client, repository, version]);
}

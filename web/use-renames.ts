// Keeps an open page open while its repository gets another name: the address is replaced, what was loaded is kept.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { renamedPlace } from "./paths.ts";
import { repositoriesQuery, repositoryQuery } from "./queries.ts";
import { onRenamed } from "./repository-names.ts";

/** Keeps the answers about a repository under its new name too: its page is drawn from them at once, where it was. */
export function keepAnswers(client: QueryClient, from: string, to: string): void {
  for (const { queryKey, state } of client.getQueryCache().getAll()) {
    const [about, name, ...rest] = queryKey;
    if (name !== from || state.data === undefined) continue;
    const key = [about, to, ...rest];
    if (client.getQueryData(key) === undefined) {
      client.setQueryData(key, state.data, { updatedAt: state.dataUpdatedAt });
    }
  }
  client.setQueryData(repositoryQuery(to).queryKey, (old) => (old === undefined ? old : { ...old, name: to }));
  void client.invalidateQueries({ queryKey: repositoryQuery(to).queryKey });
  void client.invalidateQueries({ queryKey: repositoriesQuery.queryKey });
}

/** Goes on at the new name whenever a call finds one; for all pages, so it is used once, above them. */
export function useRenames(): void {
  const { history } = useRouter();
  const client = useQueryClient();
  useEffect(
    () =>
      onRenamed((from, to) => {
        const place = renamedPlace(history.location.href, from, to);
        if (place === null) return;
        keepAnswers(client, from, to);
        history.replace(place, history.location.state);
      }),
    [client, history],
  );
}

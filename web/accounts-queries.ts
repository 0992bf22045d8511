// The questions about accounts at Git servers, with the keys under which their answers are kept.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { fetchAccountRepositories, fetchAccounts } from "./accounts-api.ts";

/** The accounts that one may use, and the kinds of servers that there are. */
export const accountsQuery = queryOptions({
  queryKey: ["accounts"],
  queryFn: ({ signal }) => fetchAccounts(signal),
});

/** The repositories of an account, page by page, as its server lists them. */
export const accountRepositoriesQuery = (account: string, search: string) =>
  infiniteQueryOptions({
    queryKey: ["account-repositories", account, search],
    queryFn: ({ pageParam, signal }) => fetchAccountRepositories(account, { search, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    // of the same account: what was found before stays until it is known
    placeholderData: (previous, query) => (query?.queryKey[1] === account ? previous : undefined),
  });

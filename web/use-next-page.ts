// The next page of a list, asked for by a press: it comes also where the list was being asked for anew.
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** What a list's button for more needs. */
export interface NextPage {
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly failed: boolean;
  readonly load: () => void;
}

/**
 * While a query is asked for anew it takes no wish for its next page, and to be asked anew ends one that is under way: the
 * wish is kept until its page is there, or was refused.
 */
export function useNextPage(query: UseInfiniteQueryResult<InfiniteData<unknown>>): NextPage {
  const { hasNextPage, isFetching, isError, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const pages = query.data?.pages.length ?? 0;
  /** so many pages are wanted; 0: no more than there are */
  const [wanted, setWanted] = useState(0);
  const isFree = wanted > 0 && !isFetching;
  const isDone = isFree && (pages >= wanted || !hasNextPage || isError);
  if (isDone) setWanted(0);
  const isDue = isFree && !isDone;
  useEffect(() => {
    if (isDue) void fetchNextPage({ cancelRefetch: false });
  }, [isDue, fetchNextPage]);
  return {
    hasMore: hasNextPage,
    loading: wanted > 0 || isFetchingNextPage,
    failed: isFetchNextPageError,
    load: () => {
      setWanted(pages + 1);
      // after a refusal the press itself is the next try
      if (isError) void fetchNextPage({ cancelRefetch: false });
    },
  };
}

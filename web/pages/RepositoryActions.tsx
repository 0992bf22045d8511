// What stands in a repository's header: how it is, and a button that looks for new commits.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { postSync, problemOf } from "../api.ts";
import { repositoryQuery } from "../queries.ts";
import { stateWords } from "../state-words.ts";
import { useNow } from "../ui/use-now.ts";
import { StateLine } from "./StateNote.tsx";

/** Draws them. @param name as in the page's address, under which the answers are kept */
export function RepositoryActions({ repository, name }: { repository: Repository; name: string }): ReactNode {
  const client = useQueryClient();
  const {
    mutate,
    isPending,
    error: failed,
    submittedAt,
  } = useMutation({
    mutationFn: () => postSync(name),
    onSettled: () => client.invalidateQueries({ queryKey: repositoryQuery(name).queryKey }),
  });
  const { dataUpdatedAt } = useQuery(repositoryQuery(name));
  // a server that has answered since is back: how the repository is counts again
  const isOver = failed !== null && problemOf(failed).status === 0 && dataUpdatedAt > submittedAt;
  const error = isOver ? null : failed;
  const words = stateWords(repository, useNow());
  const busy = words.tone === "busy";
  return (
    <>
      {error === null ? (
        <span className="header-state" title={words.details.map(escapeControls).join("\n")}>
          <StateLine tone={words.tone} line={words.line} />
        </span>
      ) : (
        <span className="header-state refused" role="alert" title={escapeControls(problemOf(error).detail)}>
          <StateLine tone="bad" line={problemOf(error).detail} />
        </span>
      )}
      <button
        type="button"
        className="quiet"
        title="Look for new commits"
        disabled={isPending || busy}
        onClick={() => mutate()}
      >
        {isPending ? "Asking …" : "Sync"}
      </button>
    </>
  );
}

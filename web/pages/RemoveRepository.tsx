// Asks whether a repository is really to be removed, and removes it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { deleteRepository, problemOf } from "../api.ts";
import { repositoriesQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";

/** What the question is made of. */
export interface RemoveRepositoryProps {
  readonly repository: Repository;
  /** it is removed, and the list knows */
  readonly removed: () => void;
  readonly cancel: () => void;
}

/** Draws the question. */
export function RemoveRepository({ repository, removed, cancel }: RemoveRepositoryProps): ReactNode {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteRepository(repository.name),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: repositoriesQuery.queryKey });
      removed();
    },
  });
  return (
    <Confirm
      title={
        <>
          Remove <Untrusted text={repository.name} />?
        </>
      }
      action="Remove"
      busy={remove.isPending}
      confirm={() => remove.mutate()}
      cancel={cancel}
    >
      {repository.commits === 0
        ? "Tidemark has read nothing of it."
        : `What Tidemark read of its ${count(repository.commits, "commit")} is deleted.`}{" "}
      The Git repository itself is not touched, and can be added again
      {repository.kind === "remote" ? "; a webhook that was made for you there is removed" : ""}.
      {remove.error === null ? null : (
        <span className="worse" role="alert">
          {" "}
          <Untrusted text={problemOf(remove.error).detail} />
        </span>
      )}
    </Confirm>
  );
}

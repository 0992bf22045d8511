// The form that gives a repository another name.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useRef, useState } from "react";
import type { MAX_NAME, Repository } from "../../src/api/contract/repositories.ts";
import { problemOf } from "../api.ts";
import { repositoriesQuery, repositoryQuery } from "../queries.ts";
import { tellRename } from "../repository-names.ts";
import { patchRepository } from "../settings-api.ts";
import { LineField } from "../ui/LineField.tsx";

const MAX_LENGTH: typeof MAX_NAME = 120;

/** Draws the form. @param name as in the page's address: after the change the page has another one */
export function RenameForm({ name, repository }: { name: string; repository: Repository }): ReactNode {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(repository.name);
  const [isEmpty, setEmpty] = useState(false);
  const client = useQueryClient();
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (wanted: string) => patchRepository(name, { name: wanted }),
    onSuccess: (changed) => {
      client.setQueryData(repositoryQuery(changed.name).queryKey, changed);
      void client.invalidateQueries({ queryKey: repositoriesQuery.queryKey });
      // the old address leads nowhere; whoever went on while this was asked for stays where they are
      tellRename(name, changed.name);
    },
    onError: () => input.current?.focus(),
  });
  const wanted = typed.trim();
  return (
    <form
      className="rename"
      onSubmit={(event) => {
        event.preventDefault();
        setEmpty(wanted === "");
        if (wanted === "") input.current?.focus();
        else if (wanted !== repository.name) mutate(wanted);
      }}
    >
      <LineField
        id={id}
        input={input}
        label="Name of the repository"
        placeholder="owner/name"
        maxLength={MAX_LENGTH}
        value={typed}
        problem={isEmpty ? "Enter a name, such as owner/name." : error === null ? null : problemOf(error).detail}
        onChange={(value) => {
          setTyped(value);
          setEmpty(false);
          if (error !== null) reset();
        }}
      >
        <button type="submit" disabled={isPending || wanted === repository.name}>
          {isPending ? "Renaming …" : "Rename"}
        </button>
      </LineField>
      <p className="dim">
        Its pages and its API are found by this name; links with the old one stop working; open pages go on.
      </p>
    </form>
  );
}

// Adds a repository: by whatever leads to it, or picked from a connected account.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useId, useRef, useState } from "react";
import type { MAX_ADDRESS } from "../../src/api/contract/repositories.ts";
import { postRepository, problemOf } from "../api.ts";
import { repositoryPage } from "../paths.ts";
import { repositoriesQuery, repositoryQuery } from "../queries.ts";
import { LineField } from "../ui/LineField.tsx";
import { useShortcut } from "../ui/use-shortcut.ts";
import { useGoTo } from "./PageLink.tsx";
import { PickRepository } from "./PickRepository.tsx";

/** What is wanted, in the words of the API. */
const NOTHING =
  "Enter what leads to a Git repository: its web page or clone URL, such as https://github.com/owner/name, or owner/name.";
const MAX_LENGTH: typeof MAX_ADDRESS = 2_000;

/** Draws the form; when it worked, the repository's table opens at once and fills while it is imported. */
export function AddRepository(): ReactNode {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [address, setAddress] = useState("");
  const [isEmpty, setEmpty] = useState(false);
  const [isPicking, setPicking] = useState(false);
  const client = useQueryClient();
  const goTo = useGoTo();
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: postRepository,
    onSuccess: (repository) => {
      client.setQueryData(repositoryQuery(repository.name).queryKey, repository);
      void client.invalidateQueries({ queryKey: repositoriesQuery.queryKey });
      goTo(repositoryPage(repository.name));
    },
    onError: () => input.current?.focus(),
  });
  // where there is a field to search, the key belongs to it
  const focus = useCallback(() => {
    const search = document.querySelector<HTMLInputElement>("[data-search]");
    (search ?? input.current)?.focus();
  }, []);
  useShortcut("/", focus);
  const problem = isEmpty ? NOTHING : error === null ? null : problemOf(error).detail;
  return (
    <form
      className="add"
      onSubmit={(event) => {
        event.preventDefault();
        const url = address.trim();
        setEmpty(url === "");
        if (url !== "") mutate({ url });
        else {
          reset();
          input.current?.focus();
        }
      }}
    >
      <LineField
        id={id}
        input={input}
        label="Address of a Git repository"
        placeholder="https://github.com/owner/name"
        inputMode="url"
        maxLength={MAX_LENGTH}
        value={address}
        problem={problem}
        onChange={(value) => {
          setAddress(value);
          setEmpty(false);
          if (error !== null) reset();
        }}
      >
        <button type="submit" className="go" disabled={isPending}>
          {isPending ? "Adding …" : "Add repository"}
        </button>
      </LineField>
      <button
        type="button"
        className="link pick"
        aria-expanded={isPicking}
        aria-controls={`${id}-pick`}
        onClick={() => setPicking(!isPicking)}
      >
        {isPicking ? "Close the list of an account" : "Pick one from a connected account"}
      </button>
      <div id={`${id}-pick`}>{isPicking ? <PickRepository busy={isPending} add={mutate} /> : null}</div>
    </form>
  );
}

// A button that removes the repository of a page after a question, and leads to the list.
import { type ReactNode, useState } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { repositoriesPage } from "../paths.ts";
import { useGoTo } from "./PageLink.tsx";
import { RemoveRepository } from "./RemoveRepository.tsx";

/** Draws it. */
export function RemoveButton({ repository }: { repository: Repository }): ReactNode {
  const [removing, setRemoving] = useState(false);
  const goTo = useGoTo();
  return (
    <>
      <button type="button" onClick={() => setRemoving(true)}>
        Remove …
      </button>
      {removing ? (
        <RemoveRepository
          repository={repository}
          removed={() => goTo(repositoriesPage())}
          cancel={() => setRemoving(false)}
        />
      ) : null}
    </>
  );
}

// A repository of which nothing could be read: why, and what can be done.
import { type ReactNode, useState } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { repositoriesPage } from "../paths.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useGoTo } from "./PageLink.tsx";
import { RemoveRepository } from "./RemoveRepository.tsx";

/** Draws it. */
export function ImportFailed({ repository, problem }: { repository: Repository; problem: string }): ReactNode {
  const [removing, setRemoving] = useState(false);
  const goTo = useGoTo();
  return (
    <div className="message" role="alert">
      <h1>
        <Untrusted text={repository.name} /> could not be read
      </h1>
      <p>
        <Untrusted text={problem} />
      </p>
      <p className="dim">Sync tries again. It stays in the list until it is removed.</p>
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
    </div>
  );
}

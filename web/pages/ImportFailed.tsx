// A repository of which nothing could be read: why, and what can be done.
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { RemoveButton } from "./RemoveButton.tsx";

/** Draws it. */
export function ImportFailed({ repository, problem }: { repository: Repository; problem: string }): ReactNode {
  return (
    <div className="message" role="alert">
      <h1>
        <Untrusted text={repository.name} /> could not be read
      </h1>
      <p>
        <Untrusted text={problem} />
      </p>
      <p className="dim">A sync tries again. It stays in the list until it is removed.</p>
      <RemoveButton repository={repository} />
    </div>
  );
}

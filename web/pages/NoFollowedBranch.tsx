// What a search of branches says that finds none: the branch may exist, and the settings tell whether it is followed.
import type { ReactNode } from "react";
import { settingsPage } from "../paths.ts";
import { PageLink } from "./PageLink.tsx";

/** Draws it. @param repository as in the page's address */
export function NoFollowedBranch({ repository }: { repository: string }): ReactNode {
  return (
    <p className="dim">
      No followed branch has that name.{" "}
      <PageLink href={settingsPage(repository)} className="underlined">
        Which branches are followed
      </PageLink>
    </p>
  );
}

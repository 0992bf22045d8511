// Repositories without a table: why, and what would give them one.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { laterComponent } from "../later-component.tsx";
import { filesPage } from "../paths.ts";
import { warningsQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { EmptyMessage } from "./EmptyRepository.tsx";
import { PageLink } from "./PageLink.tsx";

// the list of names brings the glob matcher with it, which no other page needs
const MetricFileNames = laterComponent(async () => (await import("./MetricFileNames.tsx")).MetricFileNames);

/** There is no commit. @param props.name the repository as in the page's address */
export function NoCommits({ repository, name }: { repository: Repository; name: string }): ReactNode {
  return (
    <div className="message">
      <EmptyMessage repository={repository} name={name} />
      <Notices repository={repository} />
    </div>
  );
}

/** There are commits, none with a metric file. */
export function NoMetricFiles({ repository, name }: { repository: Repository; name: string }): ReactNode {
  return (
    <div className="message">
      <h1>No metric files</h1>
      <p>
        Tidemark looked at {count(repository.commits, "commit")} of <Untrusted text={repository.name} /> and found no
        file with one of these names, in any folder:
      </p>
      <MetricFileNames />
      <p>
        What <code>dvc.yaml</code> names as metrics, parameters or plots is read as well. Commit such a file, then sync,
        or{" "}
        <PageLink href={filesPage(name)} className="underlined">
          choose other files
        </PageLink>
        .
      </p>
      <Notices repository={repository} />
    </div>
  );
}

/** There are metric files, none of them readable. */
export function NoValues({ repository, name }: { repository: Repository; name: string }): ReactNode {
  const { data: warnings } = useQuery(warningsQuery(name));
  return (
    <div className="message">
      <h1>No values</h1>
      <p>
        <Untrusted text={repository.name} /> has {count(repository.files, "metric file")}, but no version holds a value
        that could be read.
      </p>
      <ul>
        {warnings?.missing.map(({ path, reason, sentence }) => (
          <li key={`${path} ${reason}`}>
            <Untrusted text={sentence} />
          </li>
        ))}
      </ul>
      <Notices repository={repository} />
    </div>
  );
}

function Notices({ repository }: { repository: Repository }): ReactNode {
  const said = [...(repository.problem === null ? [] : [repository.problem]), ...repository.notices];
  return said.map((text) => (
    <p key={text} className="note">
      <Untrusted text={text} />
    </p>
  ));
}

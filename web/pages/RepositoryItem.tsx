// One repository of the list: name, state, little chart, newest value, and what one can do with it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Repository, Spark as SparkAnswer } from "../../src/api/contract/repositories.ts";
import { direction } from "../../src/domain/compare.ts";
import { columnDecimals, exactText, formatDifference, formatInColumn } from "../../src/domain/format-value.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { postSync, problemOf } from "../api.ts";
import { columnParts } from "../column-parts.ts";
import { activityPage, commitPage, repositoryPage, settingsPage } from "../paths.ts";
import { repositoriesQuery } from "../queries.ts";
import { originOf } from "../state-words.ts";
import { agoWords, count } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { Spark } from "../ui/Spark.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { HealthMark } from "./HealthMark.tsx";
import { PageLink } from "./PageLink.tsx";
import { RemoveRepository } from "./RemoveRepository.tsx";
import { SparkColumn } from "./SparkColumn.tsx";
import { StateNote } from "./StateNote.tsx";

/** `owner/name` with room around the slash, so that the name can be found at a glance. */
function nameWords(name: string): string {
  return name.replace(/^([^/]+)\/([^/]+)$/, "$1 / $2");
}

/** Draws the item. @param props `isMarked`: whether it is asked how following it goes */
export function RepositoryItem({
  repository,
  isMarked,
}: {
  readonly repository: Repository;
  readonly isMarked: boolean;
}): ReactNode {
  const { name, url, defaultBranch, commits, branches } = repository;
  return (
    <li className="repository">
      <div>
        <PageLink href={repositoryPage(name)} className="name">
          <Untrusted text={nameWords(name)} />
        </PageLink>
        <div className="dim">
          {originOf(url)}
          {defaultBranch === null ? null : (
            <>
              {" · "}
              <Untrusted text={defaultBranch} />
            </>
          )}
          {commits === 0 ? null : ` · ${count(commits, "commit")}`}
          {commits === 0 || branches < 2 ? null : ` on ${count(branches, "branch", "branches")}`}
        </div>
        <Latest repository={repository} />
      </div>
      <div className="state-cell">
        <StateNote repository={repository} />
        {/* while it is read, or cannot be, its state says more */}
        {isMarked && repository.state === "ready" ? <HealthMark name={name} /> : null}
      </div>
      {repository.spark === null ? (
        <NoSpark repository={repository} />
      ) : (
        <NewestValue repository={repository} spark={repository.spark} />
      )}
      <Actions repository={repository} />
    </li>
  );
}

/** The newest commit of the default branch. */
function Latest({ repository: { name, latest } }: { repository: Repository }): ReactNode {
  const now = useNow();
  if (latest === null) return null;
  const { sha, subject, committedAt } = latest;
  return (
    <PageLink href={commitPage(name, sha)} className="latest dim">
      <span className="unseen">Newest commit: </span>
      <span className="latest-subject">{subject === "" ? <i>no message</i> : <Untrusted text={subject} />}</span>{" "}
      <span className="latest-when">{agoWords(committedAt, now)}</span>
    </PageLink>
  );
}

function NoSpark({ repository }: { repository: Repository }): ReactNode {
  const { state, defaultBranch, files } = repository;
  const busy = state !== "ready" && state !== "failed";
  // the picture is of the default branch: others may have numbers
  const where = files === 0 || defaultBranch === null ? " yet" : ` on ${defaultBranch}`;
  return (
    <>
      <span className="chart" />
      <span className="dim column">{busy ? "" : <Untrusted text={`no numbers${where}`} />}</span>
      <span className="number" />
    </>
  );
}

function NewestValue({ repository, spark }: { repository: Repository; spark: SparkAnswer }): ReactNode {
  const { column, values, goal, now, change } = spark;
  const decimals = columnDecimals(values);
  const meaning = direction(change, goal);
  const { path, key } = columnParts(column);
  return (
    <>
      <span className="chart">
        <Spark values={values} goal={goal} width={120} height={24} />
      </span>
      <span className="column">
        <SparkColumn repository={repository}>
          <span className="unseen">Column </span>
          <Untrusted text={key} /> <Untrusted text={path} className="dim" />
        </SparkColumn>
      </span>
      <span className="number">
        <span className="unseen">now </span>
        <span title={exactText(now)}>{formatInColumn(now, decimals)}</span>
        {change === null || change === 0 ? null : (
          <span className={`change ${meaning}`}>
            {formatDifference(change, decimals)}
            {meaning === "better" || meaning === "worse" ? <span className="unseen"> {meaning}</span> : null}
          </span>
        )}
      </span>
    </>
  );
}

function Actions({ repository }: { repository: Repository }): ReactNode {
  const [removing, setRemoving] = useState(false);
  const client = useQueryClient();
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: repositoriesQuery.queryKey });
  const sync = useMutation({ mutationFn: () => postSync(repository.name), onSettled: refresh });
  const problem = sync.error;
  return (
    <div className="item-actions">
      <Popover
        label={`Actions for ${escapeControls(repository.name)}`}
        picture
        className="quiet"
        panelClassName="menu"
        align="end"
        button="⋯"
      >
        {(close) => (
          <>
            <button
              type="button"
              className="quiet"
              onClick={() => {
                close();
                sync.mutate();
              }}
            >
              Sync
            </button>
            <PageLink href={activityPage(repository.name)} className="button quiet">
              Activity
            </PageLink>
            <PageLink href={settingsPage(repository.name)} className="button quiet">
              Settings
            </PageLink>
            <button
              type="button"
              className="quiet"
              onClick={() => {
                close();
                setRemoving(true);
              }}
            >
              Remove …
            </button>
          </>
        )}
      </Popover>
      {problem === null ? null : (
        <div className="worse" role="alert">
          <Untrusted text={problemOf(problem).detail} />
        </div>
      )}
      {removing ? (
        <RemoveRepository
          repository={repository}
          removed={() => setRemoving(false)}
          cancel={() => setRemoving(false)}
        />
      ) : null}
    </div>
  );
}

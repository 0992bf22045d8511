// One repository of the list: name, state, little chart, newest value, and what one can do with it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Repository, Spark as SparkAnswer } from "../../src/api/contract/repositories.ts";
import { direction } from "../../src/domain/compare.ts";
import { columnDecimals, exactText, formatDifference, formatInColumn } from "../../src/domain/format-value.ts";
import { parseColumnId } from "../../src/domain/key.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { postSync, problemOf } from "../api.ts";
import { repositoryPage } from "../paths.ts";
import { repositoriesQuery } from "../queries.ts";
import { originOf } from "../state-words.ts";
import { count } from "../times.ts";
import { Popover } from "../ui/Popover.tsx";
import { Spark } from "../ui/Spark.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";
import { RemoveRepository } from "./RemoveRepository.tsx";
import { StateNote } from "./StateNote.tsx";

/** `owner/name` with room around the slash, so that the name can be found at a glance. */
function nameWords(name: string): string {
  return name.replace(/^([^/]+)\/([^/]+)$/, "$1 / $2");
}

/** Draws the item. */
export function RepositoryItem({ repository }: { repository: Repository }): ReactNode {
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
      </div>
      <StateNote repository={repository} />
      {repository.spark === null ? <NoSpark repository={repository} /> : <NewestValue spark={repository.spark} />}
      <Actions repository={repository} />
    </li>
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

/** A column's id in two lines; one that is none of ours is shown as it is. */
function columnParts(id: string): { readonly path: string; readonly key: string } {
  try {
    return parseColumnId(id);
  } catch {
    return { path: "", key: id };
  }
}

function NewestValue({ spark }: { spark: SparkAnswer }): ReactNode {
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
        <span className="unseen">Column</span>
        <Untrusted text={key} />
        <Untrusted text={path} className="dim" />
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
              Look for new commits
            </button>
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

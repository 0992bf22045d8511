// One repository of the list: name, state, little chart, newest value, and what one can do with it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Repository, Spark as SparkAnswer } from "../../src/api/contract/repositories.ts";
import { direction } from "../../src/domain/compare.ts";
import { columnDecimals, exactText, formatDifference, formatInColumn } from "../../src/domain/format-value.ts";
import { parseColumnId } from "../../src/domain/key.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { deleteRepository, postSync, problemOf } from "../api.ts";
import { repositoryPage } from "../paths.ts";
import { repositoriesQuery } from "../queries.ts";
import { originOf } from "../state-words.ts";
import { count } from "../times.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { Popover } from "../ui/Popover.tsx";
import { Spark } from "../ui/Spark.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";
import { StateNote } from "./StateNote.tsx";

/** `owner/name` with room around the slash, so that the name can be found at a glance. */
function nameWords(name: string): string {
  return name.replace(/^([^/]+)\/([^/]+)$/, "$1 / $2");
}

/** Draws the item. */
export function RepositoryItem({ repository }: { repository: Repository }): ReactNode {
  const { name, url, defaultBranch, commits } = repository;
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
        </div>
      </div>
      <StateNote repository={repository} />
      {repository.spark === null ? <NoSpark repository={repository} /> : <NewestValue spark={repository.spark} />}
      <Actions repository={repository} />
    </li>
  );
}

function NoSpark({ repository }: { repository: Repository }): ReactNode {
  const busy = repository.state !== "ready" && repository.state !== "failed";
  return (
    <>
      <span className="chart" />
      <span className="dim column">{busy ? "" : "no numbers yet"}</span>
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
  const remove = useMutation({
    mutationFn: () => deleteRepository(repository.name),
    onSuccess: async () => {
      await refresh();
      setRemoving(false);
    },
  });
  const problem = sync.error ?? remove.error;
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
        <Confirm
          title={
            <>
              Remove <Untrusted text={repository.name} />?
            </>
          }
          action="Remove"
          busy={remove.isPending}
          confirm={() => remove.mutate()}
          cancel={() => setRemoving(false)}
        >
          What Tidemark read of its {count(repository.commits, "commit")} is deleted. The Git repository itself is not
          touched, and can be added again.
        </Confirm>
      ) : null}
    </div>
  );
}

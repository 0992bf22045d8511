// Which files of a repository are read: rules, candidates, and what names the rows in them.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { MetricFiles } from "../../src/api/contract/files.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { postFiles, problemOf } from "../api.ts";
import { countChanges, type FileDraft, NO_CHANGES, withAdded } from "../file-draft.ts";
import { useLiveRepository } from "../live.ts";
import { filesState, whileThere } from "../page-state.ts";
import { type FilesView, settingsPage } from "../paths.ts";
import { asked, filesQuery, repositoryQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { AddPattern } from "./AddPattern.tsx";
import { CandidateList } from "./CandidateList.tsx";
import { FileList } from "./FileList.tsx";
import { AskedMessage, StaleStrip } from "./messages.tsx";
import { PageLink } from "./PageLink.tsx";
import { RepositoryActions } from "./RepositoryActions.tsx";
import { RepositoryCrumb } from "./RepositoryCrumb.tsx";
import { RepositoryNav } from "./RepositoryNav.tsx";
import { RowNames } from "./RowNames.tsx";
import { RuleList } from "./RuleList.tsx";
import { Shell } from "./Shell.tsx";
import { StateNote } from "./StateNote.tsx";

/** The page of metric files. */
export function FilesPage({ repository, view }: { repository: string; view: FilesView }): ReactNode {
  const facts = useQuery(repositoryQuery(repository));
  const files = useQuery(filesQuery(repository));
  const state = whileThere(filesState(asked(files)), asked(facts));
  useLiveRepository(facts.data === undefined ? null : repository, facts.data?.version);
  const retry = (): void => void files.refetch();
  return (
    <Shell
      title={`Files · ${repository} · Tidemark`}
      crumb={<RepositoryCrumb name={repository} linked />}
      nav={<RepositoryNav name={repository} current="settings" />}
      actions={facts.data === undefined ? null : <RepositoryActions repository={facts.data} name={repository} />}
      signedOut={state.kind === "signed-out"}
    >
      {state.kind === "waiting" ? (
        <FilesSkeleton />
      ) : state.kind === "files" ? (
        <>
          {state.stale === null ? null : <StaleStrip problem={state.stale} retry={retry} />}
          <FilesDetail name={repository} repository={facts.data} files={state.files} view={view} />
        </>
      ) : (
        <AskedMessage state={state} retry={retry} />
      )}
    </Shell>
  );
}

interface FilesDetailProps {
  readonly name: string;
  readonly repository: Repository | undefined;
  readonly files: MetricFiles;
  readonly view: FilesView;
}

function FilesDetail({ name, repository, files, view }: FilesDetailProps): ReactNode {
  const [draft, setDraft] = useState(NO_CHANGES);
  const used = files.rules.filter((rule) => rule.files > 0).length;
  const add = (pattern: string): void => setDraft((before) => withAdded(before, pattern, files.rules));
  return (
    <article className="narrow files-page">
      <p className="back">
        <PageLink href={settingsPage(name)}>Settings</PageLink> <span aria-hidden="true">/</span>
      </p>
      <h1>Metric files</h1>
      <p className="dim">
        {files.files.length === 0
          ? "No file is read yet."
          : `${count(files.files.length, "file")} ${files.files.length === 1 ? "is" : "are"} read at every commit, by ${count(used, "rule")}.`}
      </p>
      <ReadingNote repository={repository} reading={files.reading} />
      {files.recognised.length === 0 ? null : (
        <p className="note">
          Known, but not read yet:{" "}
          {files.recognised.map((path) => (
            <code key={path}>
              <Untrusted text={path} />{" "}
            </code>
          ))}
        </p>
      )}
      <CandidateList candidates={files.candidates} draft={draft} rules={files.rules} change={setDraft} />
      <section aria-labelledby="rules-head">
        <h2 id="rules-head">Rules</h2>
        <AddPattern repository={name} first={view.pattern ?? ""} add={add} />
        <RuleList rules={files.rules} globs={files.globs} draft={draft} change={setDraft} />
      </section>
      <FileList repository={name} files={files.files} naming={view.path} />
      {view.path === undefined ? null : <RowNames key={view.path} repository={name} path={view.path} />}
      <SaveBar name={name} draft={draft} saved={() => setDraft(NO_CHANGES)} discard={() => setDraft(NO_CHANGES)} />
    </article>
  );
}

/** While the history waits to be read once more, or is being read. It has its room only then: it lasts. */
function ReadingNote({ repository, reading }: { repository: Repository | undefined; reading: boolean }): ReactNode {
  if (!reading) return null;
  return (
    <div className="note" role="status">
      The history is read once more with these rules. What was read before stays readable meanwhile.
      {repository === undefined ? null : <StateNote repository={repository} />}
    </div>
  );
}

interface SaveBarProps {
  readonly name: string;
  readonly draft: FileDraft;
  readonly saved: () => void;
  readonly discard: () => void;
}

/** Stands at the foot of the window while something is changed and not saved. */
function SaveBar({ name, draft, saved, discard }: SaveBarProps): ReactNode {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      postFiles(name, {
        ...draft,
        add: [...draft.add],
        remove: [...draft.remove],
        on: [...draft.on],
        off: [...draft.off],
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: filesQuery(name).queryKey });
      void client.invalidateQueries({ queryKey: repositoryQuery(name).queryKey });
      saved();
    },
  });
  const changes = countChanges(draft);
  if (changes === 0) return null;
  return (
    <section className="save-bar" aria-label="Changes that are not saved">
      <span>{count(changes, "change")} not saved</span>
      <span className="grow" />
      <button type="button" onClick={discard} disabled={save.isPending}>
        Discard
      </button>
      <button type="button" className="go" onClick={() => save.mutate()} disabled={save.isPending}>
        {save.isPending ? "Saving …" : "Save and read again"}
      </button>
      {save.error === null ? null : (
        <div className="worse" role="alert">
          <Untrusted text={problemOf(save.error).detail} />
        </div>
      )}
    </section>
  );
}

function FilesSkeleton(): ReactNode {
  return (
    <div className="narrow skeleton" role="status" aria-label="Loading the files">
      <span className="bone" style={{ width: 140, height: 16 }} />
      {[46, 38, 52, 41, 35].map((width) => (
        <p key={width}>
          <span className="bone" style={{ width: `${width}%` }} />
        </p>
      ))}
    </div>
  );
}

// A repository's settings: its name, its small chart, its metric files, the branches that are followed, limits, removal.
import "./settings.css";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { archiveQuery } from "../archive-api.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { MAX_FILE_BYTES, MAX_LEAVES, MAX_TREE_FILE_BYTES } from "../../src/domain/limits.ts";
import { useLiveRepository } from "../live.ts";
import { answerState } from "../page-state.ts";
import { columnParts } from "../column-parts.ts";
import { filesPage } from "../paths.ts";
import { asked, branchListQuery, filesQuery, repositoryQuery } from "../queries.ts";
import { count, size } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { healthQuery, webhookQuery } from "../health-api.ts";
import { FollowedBranches } from "./FollowedBranches.tsx";
import { HealthSetting } from "./HealthSetting.tsx";
import { HistorySetting } from "./HistorySetting.tsx";
import { AskedMessage, StaleStrip } from "./messages.tsx";
import { PageLink } from "./PageLink.tsx";
import { ReadingAccount } from "./ReadingAccount.tsx";
import { RemoveButton } from "./RemoveButton.tsx";
import { RenameForm } from "./RenameForm.tsx";
import { RepositoryActions } from "./RepositoryActions.tsx";
import { RepositoryCrumb } from "./RepositoryCrumb.tsx";
import { RepositoryNav } from "./RepositoryNav.tsx";
import { Shell } from "./Shell.tsx";
import { SparkColumn } from "./SparkColumn.tsx";
import { WebhookSetting } from "./WebhookSetting.tsx";

/** The page of settings. */
export function SettingsPage({ repository }: { repository: string }): ReactNode {
  const facts = useQuery(repositoryQuery(repository));
  const state = answerState(asked(facts));
  useLiveRepository(facts.data === undefined ? null : repository, facts.data?.version);
  const retry = (): void => void facts.refetch();
  return (
    <Shell
      title={`Settings · ${repository} · Tidemark`}
      crumb={<RepositoryCrumb name={facts.data?.name ?? repository} linked />}
      nav={
        state.kind === "answer" || state.kind === "waiting" ? (
          <RepositoryNav name={repository} current="settings" />
        ) : null
      }
      actions={state.kind === "answer" ? <RepositoryActions repository={state.answer} name={repository} /> : null}
      signedOut={state.kind === "signed-out"}
    >
      {state.kind === "waiting" ? (
        <SettingsSkeleton />
      ) : state.kind === "answer" ? (
        <>
          {state.stale === null ? null : <StaleStrip problem={state.stale} retry={retry} />}
          <SettingsDetail name={repository} repository={state.answer} />
        </>
      ) : (
        <AskedMessage state={state} retry={retry} />
      )}
    </Shell>
  );
}

function SettingsDetail({ name, repository }: { name: string; repository: Repository }): ReactNode {
  const branches = useQuery(branchListQuery(name));
  const health = useQuery(healthQuery(name));
  const archive = useQuery(archiveQuery(name));
  const isRemote = repository.kind === "remote";
  const webhook = useQuery({ ...webhookQuery(name), enabled: isRemote });
  // how much room these take is not known before, and what stands below them must not move
  const isOpen = [branches, health, archive, ...(isRemote ? [webhook] : [])].some(
    ({ data, error }) => data === undefined && error === null,
  );
  if (isOpen) return <SettingsSkeleton />;
  return (
    <article className="narrow settings-page">
      <h1>Settings</h1>
      <Setting title="Name">
        <RenameForm name={name} repository={repository} />
      </Setting>
      <Setting title="Address">
        <p>
          {repository.url === null ? (
            "A folder on this machine, read where it lies."
          ) : (
            <Untrusted text={repository.url} />
          )}
        </p>
        {repository.url === null ? null : <ReadingAccount name={name} url={repository.url} />}
      </Setting>
      <Setting title="Chart in the list">
        <ChartSetting repository={repository} />
      </Setting>
      <Setting title="Metric files">
        <FilesSetting name={name} />
      </Setting>
      <Setting title="Branches">
        <FollowedBranches name={name} />
      </Setting>
      <Setting title="Following">
        <HealthSetting name={name} isRemote={isRemote} />
      </Setting>
      <Setting title="History">
        <HistorySetting name={name} />
      </Setting>
      <Setting title="Webhook">
        {isRemote ? (
          <WebhookSetting name={name} />
        ) : (
          <p>A folder on this machine has none: its branches are looked at.</p>
        )}
      </Setting>
      <Setting title="Limits">
        <p>
          A metric file may have {size(MAX_FILE_BYTES)} and {count(MAX_LEAVES, "value")}, one in YAML or TOML{" "}
          {size(MAX_TREE_FILE_BYTES)}. A larger one is a warning at its commits, which stay in the table.
        </p>
      </Setting>
      <Setting title="Remove">
        <p>What Tidemark read of it is deleted. The Git repository itself is not touched.</p>
        <RemoveButton repository={repository} />
      </Setting>
    </article>
  );
}

function Setting({ title, children }: { title: string; children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <section className="setting" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div>{children}</div>
    </section>
  );
}

/** Which column the list's small chart shows, and why. */
function ChartSetting({ repository }: { repository: Repository }): ReactNode {
  const { spark, sparkColumn } = repository;
  if (spark === null) return <p className="dim">No column of numbers on the default branch yet.</p>;
  const { path, key } = columnParts(spark.column);
  const gone = sparkColumn !== null && sparkColumn !== spark.column;
  return (
    <>
      <SparkColumn repository={repository}>
        <span className="unseen">Column </span>
        <Untrusted text={key} /> <Untrusted text={path} className="dim" /> <span aria-hidden="true">▾</span>
      </SparkColumn>
      <p className="dim">
        {gone ? (
          <>
            The chosen column, <Untrusted text={sparkColumn} />, has no values any more: Tidemark chose another one.
          </>
        ) : sparkColumn === null ? (
          "Chosen by Tidemark: a column that the newest commits hold and that moves."
        ) : (
          "Chosen here."
        )}
      </p>
    </>
  );
}

function FilesSetting({ name }: { name: string }): ReactNode {
  const { data } = useQuery(filesQuery(name));
  const read = data?.files.length ?? 0;
  const rules = data?.rules.filter(({ files }) => files > 0).length ?? 0;
  return (
    <>
      <p>
        {data === undefined
          ? "\u00a0"
          : read === 0
            ? "No file is read yet."
            : `${count(read, "file")} ${read === 1 ? "is" : "are"} read at every commit, by ${count(rules, "rule")}.`}
        {data === undefined || data.candidates.length === 0
          ? null
          : ` ${count(data.candidates.length, "other file")} may be worth reading.`}
      </p>
      <PageLink href={filesPage(name)} className="underlined">
        Choose files and names of rows
      </PageLink>
    </>
  );
}

function SettingsSkeleton(): ReactNode {
  return (
    <div className="narrow skeleton" role="status" aria-label="Loading the settings">
      <span className="bone" style={{ width: 110, height: 16 }} />
      {[52, 44, 58, 47].map((width) => (
        <p key={width}>
          <span className="bone" style={{ width: `${width}%` }} />
        </p>
      ))}
    </div>
  );
}

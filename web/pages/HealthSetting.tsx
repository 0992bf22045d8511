// How following a repository goes, among its settings: what is to be told, when what happened last, files that fell silent.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { RepositoryHealth } from "../../src/api/contract/health.ts";
import { PROVIDER_LABELS } from "../../src/domain/provider-kind.ts";
import { SHORT_SHA } from "../cell.ts";
import { HEALTH_POLL_MS, healthQuery } from "../health-api.ts";
import { everyWords, type HealthSentence, healthSentences, signTone, usualPace } from "../health-words.ts";
import { accountPage, activityPage, commitPage } from "../paths.ts";
import { agoWords, aheadWords, count, dayOf, size } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { PageLink } from "./PageLink.tsx";

/** Draws it. @param props `isRemote`: not a folder on this machine, which has no webhook and needs no account */
export function HealthSetting({ name, isRemote }: { name: string; isRemote: boolean }): ReactNode {
  const { data, error } = useQuery({ ...healthQuery(name), refetchInterval: HEALTH_POLL_MS });
  const now = useNow();
  if (data === undefined) return <p className="dim">{error === null ? "\u00a0" : "Not known: no answer."}</p>;
  const sentences = healthSentences(data, now);
  return (
    <>
      {data.tone === "good" ? (
        <p>
          <span className="dot" /> New commits are followed.
        </p>
      ) : null}
      {sentences.length === 0 ? null : (
        <ul className="signs">
          {sentences.map((sentence) => (
            <Sign key={sentence.sign} name={name} sentence={sentence} />
          ))}
        </ul>
      )}
      <HealthFacts health={data} now={now} isRemote={isRemote} />
      <SilentFiles name={name} files={data.silentFiles} />
    </>
  );
}

function Sign({ name, sentence }: { name: string; sentence: HealthSentence }): ReactNode {
  const { sign, text, leadsTo } = sentence;
  const tone = signTone(sign);
  return (
    <li>
      {tone === "good" ? null : <span className={tone === "notice" ? "dot busy" : "dot bad"} />}
      <span>
        <Untrusted text={text} />{" "}
        {leadsTo === "account" ? (
          <PageLink href={accountPage()} className="underlined">
            Accounts
          </PageLink>
        ) : leadsTo === "activity" ? (
          <PageLink href={activityPage(name)} className="underlined">
            Activity
          </PageLink>
        ) : null}
      </span>
    </li>
  );
}

interface HealthFactsProps {
  readonly health: RepositoryHealth;
  readonly now: number;
  readonly isRemote: boolean;
}

function HealthFacts({ health, now, isRemote }: HealthFactsProps): ReactNode {
  const { deliveredAt, poll, missed, account, provider, mirrorBytes, webhook } = health;
  const when = (time: string | null): string => (time === null ? "never" : agoWords(time, now));
  const next =
    poll.nextAt === null
      ? "none"
      : Date.parse(poll.nextAt) <= now
        ? "as soon as a worker is free"
        : aheadWords(poll.nextAt, now);
  const pace = usualPace(health, now);
  const facts: readonly (readonly [string, string])[] = [
    ...(isRemote ? ([["Last webhook", when(deliveredAt)]] as const) : []),
    ["Last look", when(poll.polledAt)],
    ["Next look", pace === null ? next : `${next}, ${everyWords(pace)}`],
    ["All branches compared", when(poll.comparedAt)],
    ...(webhook === null
      ? []
      : ([["Missed by webhook", missed.count === 0 ? "nothing" : count(missed.count, "change")]] as const)),
    ...(isRemote
      ? ([
          ["Read", account === null ? "as anybody may" : `as ${account.login} at ${PROVIDER_LABELS[account.kind]}`],
        ] as const)
      : []),
    ...(provider === null || provider.kind === "plain"
      ? []
      : ([
          [
            "There",
            [PROVIDER_LABELS[provider.kind], provider.name, provider.visibility, provider.archived ? "archived" : null]
              .filter(Boolean)
              .join(", "),
          ],
        ] as const)),
    ...(mirrorBytes === null ? [] : ([["Its mirror here", size(mirrorBytes)]] as const)),
  ];
  return (
    <dl className="facts">
      {facts.map(([fact, text]) => (
        <div key={fact} className="fact">
          <dt>{fact}</dt>
          <dd>
            <Untrusted text={text} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Metric files without a new version for many commits. */
function SilentFiles({ name, files }: { name: string; files: RepositoryHealth["silentFiles"] }): ReactNode {
  if (files.length === 0) return null;
  return (
    <ul className="signs" aria-label="Files without a new version">
      {files.map(({ path, commits, sha, committedAt }) => (
        <li key={path}>
          <span>
            <code>
              <Untrusted text={path} />
            </code>{" "}
            no new version of this file for {count(commits, "commit")}, since{" "}
            <PageLink href={commitPage(name, sha)}>
              <code>{sha.slice(0, SHORT_SHA)}</code>
            </PageLink>{" "}
            of {dayOf(committedAt)}
          </span>
        </li>
      ))}
    </ul>
  );
}

// Where a repository's commits are, among its settings: in the database, in the archive, and whether that goes on.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { archiveQuery } from "../archive-api.ts";
import { failedRun, historyWords, objectWords } from "../archive-words.ts";
import { activityPage } from "../paths.ts";
import { agoWords } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { PageLink } from "./PageLink.tsx";

/** Draws it. */
export function HistorySetting({ name }: { name: string }): ReactNode {
  const { data, error } = useQuery(archiveQuery(name));
  const now = useNow();
  if (data === undefined) return <p className="dim">{error === null ? "\u00a0" : "Not known: no answer."}</p>;
  const failed = failedRun(data);
  return (
    <>
      <p>{historyWords(data, now)}.</p>
      {data.objects === 0 ? null : <p className="dim">In the archive it has {objectWords(data)}.</p>}
      {failed === null ? null : (
        <p>
          <span className="dot bad" /> The archiver failed{" "}
          {failed.finishedAt === null ? "" : agoWords(failed.finishedAt, now)}, and tries again by itself.{" "}
          <Untrusted text={failed.problem ?? ""} />{" "}
          <PageLink href={activityPage(name)} className="underlined">
            Activity
          </PageLink>
        </p>
      )}
    </>
  );
}

// One run of the archiver among what happened to a repository.
import type { ReactNode } from "react";
import type { ArchiveRun } from "../../src/api/contract/archive.ts";
import { runWords } from "../archive-words.ts";
import { ago, writtenTime } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { StateLine } from "./StateNote.tsx";

/** Draws the item. */
export function ArchiveRunItem({ run }: { run: ArchiveRun }): ReactNode {
  const now = useNow();
  const { tone, what, why, state, details } = runWords(run, now);
  return (
    <li className="event">
      <span>
        {ago(run.startedAt, now)} ago{" "}
        <time className="dim" dateTime={run.startedAt}>
          {writtenTime(run.startedAt)}
        </time>
      </span>
      <span>
        <span>{what}</span> <span className="event-why">{why}</span>
        {details.length === 0 ? null : <span className="dim event-details">{details.join(" · ")}</span>}
      </span>
      <StateLine tone={tone} line={state} />
      {run.problem === null ? null : (
        <div className={run.state === "failed" ? "event-error note bad" : "event-error dim"}>
          <Untrusted text={run.problem} />
        </div>
      )}
    </li>
  );
}

// In the list of repositories: what is wrong with following one, in a few words that lead to more. Nothing where all is well.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { healthQuery } from "../health-api.ts";
import { healthMark } from "../health-words.ts";
import { settingsPage } from "../paths.ts";
import { PageLink } from "./PageLink.tsx";

/** Draws the mark. @param name of the repository */
export function HealthMark({ name }: { name: string }): ReactNode {
  const { data } = useQuery(healthQuery(name));
  const mark = data === undefined ? null : healthMark(data);
  if (mark === null) return null;
  return (
    <div className="health-line">
      <PageLink href={settingsPage(name)} className="health-mark" title={mark.text}>
        <span className={mark.bad ? "dot bad" : "dot busy"} /> {mark.text}
      </PageLink>
    </div>
  );
}

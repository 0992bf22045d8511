// Above a repository's table: files that hold numbers and are not read, with a look at their keys, until one says no.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { filesPage } from "../paths.ts";
import { filesQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { candidateWords } from "./CandidateList.tsx";
import { KeyList } from "./KeyList.tsx";
import { PageLink } from "./PageLink.tsx";

/** Candidates that are told by name. */
const SHOWN = 2;

/** Where it is kept which candidates somebody does not want to hear of. */
const storageKey = (repository: Repository): string => `tidemark.candidates.${repository.id}`;

/** Draws the banner; nothing when there is no candidate, or one was told about all of them. */
export function CandidateBanner({ repository, name }: { repository: Repository; name: string }): ReactNode {
  const { data } = useQuery({ ...filesQuery(name), enabled: repository.candidates > 0 });
  const [hidden, setHidden] = useState(() => localStorage.getItem(storageKey(repository)));
  const candidates = repository.candidates === 0 ? [] : (data?.candidates ?? []);
  const told = candidates.map(({ pattern }) => pattern).join("\n");
  if (candidates.length === 0 || hidden === told) return null;
  const hide = (): void => {
    localStorage.setItem(storageKey(repository), told);
    setHidden(told);
  };
  const others = candidates.length - SHOWN;
  return (
    <section className="strip candidate-strip" aria-label="Files that are not read">
      <span className="dot busy" />
      <div>
        Not read, and {candidates.length === 1 ? "holds" : "hold"} numbers:
        <ul>
          {candidates.slice(0, SHOWN).map((candidate) => (
            <li key={candidate.pattern}>
              <code>
                <Untrusted text={candidate.pattern} />
              </code>{" "}
              <span className="dim">{candidateWords(candidate)}</span> <KeyList keys={candidate.keys.slice(0, 3)} />
            </li>
          ))}
        </ul>
        {others > 0 ? <span className="dim">and {count(others, "other")}</span> : null}
      </div>
      <span className="strip-buttons">
        <PageLink href={filesPage(name)} className="button">
          Choose files
        </PageLink>
        <button type="button" className="quiet" onClick={hide}>
          Not now
        </button>
      </span>
    </section>
  );
}

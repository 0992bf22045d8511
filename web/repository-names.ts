// Which repository each name meant that pages heard of: one that is renamed while a page is open is found again by its id.
import type { Repository } from "../src/api/contract/repositories.ts";

/** What is called when a repository has another name than a page asked by. */
export type HearRename = (from: string, to: string) => void;

const ids = new Map<string, string>();
const listeners = new Set<HearRename>();

/** Keeps what an answer says of a repository. */
export function learnName({ id, name }: Pick<Repository, "id" | "name">): void {
  ids.set(name, id);
}

/** @returns the id of the repository that had this name when it was heard of last; null: it never was */
export function idOfName(name: string): string | null {
  return ids.get(name) ?? null;
}

/** Calls `hear` at each rename that a call comes upon, until the answer is called. */
export function onRenamed(hear: HearRename): () => void {
  listeners.add(hear);
  return () => {
    listeners.delete(hear);
  };
}

/** Tells that the repository which a page asks for by one name has another one. */
export function tellRename(from: string, to: string): void {
  for (const hear of listeners) hear(from, to);
}

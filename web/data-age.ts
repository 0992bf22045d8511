// Of when the rows are that the server shows: while the database cannot be reached, its answers say it in a header.
import { useSyncExternalStore } from "react";

/** The header; the server sends it only while the rows are old. */
const HEADER = "tidemark-as-of";

const listeners = new Set<() => void>();
let shown: string | null = null;

/** Hears from an answer whether the rows are old, and of when. */
export function hearAge(response: Pick<Response, "headers">): void {
  const asOf = response.headers.get(HEADER);
  if (asOf === shown) return;
  shown = asOf;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** @returns the time (ISO 8601) that the rows are of, or null while they are of now */
export function useAsOf(): string | null {
  return useSyncExternalStore(subscribe, () => shown);
}

// Branches that a server lists no more: who may say that one was deleted, and what is kept until it counts as that.
import { listWords } from "../domain/gone-branches.ts";
import type { MissingBranch } from "../domain/vanished-branch.ts";
import { nextLookAt } from "../domain/vanished-branch.ts";
import { setMissing, type StoredBranch } from "../store/branch.ts";
import type { Transaction } from "../store/database.ts";
import { lookSoon } from "../store/poll.ts";
import type { BranchChanges, BranchRules } from "./branch-changes.ts";
import type { Work } from "./git-source.ts";

const HEADS = "refs/heads/";

/**
 * Says of which branches it is known that they were deleted, so that they need not be looked for again: a delivery names
 * it, or a person looks herself. A folder shows what is there.
 */
export function deletionRule({ repository, events }: Pick<Work, "repository" | "events">): BranchRules["isDeleted"] {
  if (repository.kind === "folder") return null;
  if (events.some(({ source }) => source === "person")) return () => true;
  const named = new Set<string>();
  for (const { source, named: refs } of events) {
    if (source !== "webhook") continue;
    for (const { ref, after } of refs ?? []) if (after === null) named.add(ref);
  }
  return ({ name }) => named.has(HEADS + name);
}

/**
 * A default branch that is only missing stays the default one, unless the server names another: its line is what people
 * look at.
 * @param head what the server's `HEAD` names, if it is there
 */
export function keepsDefault(
  { stored, missing }: { readonly stored: readonly StoredBranch[]; readonly missing: BranchChanges["missing"] },
  defaultBranch: string | null,
  head: string | null,
): boolean {
  return head === null && stored.some(({ number, name }) => name === defaultBranch && missing.has(number));
}

/** Writes which branches are missing, and has the repository looked at when that counts again. */
export async function keepMissing(
  tx: Transaction,
  { repository }: Pick<Work, "repository">,
  stored: readonly StoredBranch[],
  { missing }: BranchChanges,
): Promise<void> {
  const changed = stored.flatMap(({ number, missing: before = null }) => {
    const now = missing.get(number) ?? null;
    return isSame(before, now) ? [] : [{ number, missing: now }];
  });
  await setMissing(tx, repository.id, changed);
  const next = Math.min(...[...missing.values()].map(nextLookAt));
  if (Number.isFinite(next)) await lookSoon(tx, repository.id, new Date(next));
}

/** @returns what is told with an event whose look did not find branches that do not count as deleted yet; null: there are none */
export function missingWords(
  stored: readonly StoredBranch[],
  { missing }: Pick<BranchChanges, "missing">,
): string | null {
  const names = stored.filter(({ number }) => missing.has(number)).map(({ name }) => name);
  const list = listWords(names, names.length);
  return list === null
    ? null
    : `Its server does not list ${list} any more: looked for again before that counts as deleted.`;
}

function isSame(one: MissingBranch | null, other: MissingBranch | null): boolean {
  return one?.since === other?.since && one?.looks === other?.looks;
}

// What a run that brought a repository up to date means for each event that waited for it: answered, or asked again.
import type { GitRepository } from "../git/repository.ts";
import { presentCommits } from "../git/commits.ts";
import type { RefList } from "../git/refs.ts";
import type { TagList } from "../git/tags.ts";
import type { StoredBranch } from "../store/branch.ts";
import type { Transaction } from "../store/database.ts";
import {
  type BroughtIn,
  completeEvents,
  type MovedHead,
  type NamedRef,
  retryEvents,
  type WaitingEvent,
} from "../store/event.ts";
import { notReached, type SeenRefs, unseenWaitMs, unseenWords } from "./done-rule.ts";

const HEADS = "refs/heads/";
const TAGS = "refs/tags/";

/** What becomes of events, by their ids. */
export interface EventAnswers {
  readonly done: readonly string[];
  /** done with what people should know: what became of the repository, or what was never seen and is not waited for */
  readonly noted: readonly { readonly id: string; readonly words: string }[];
  /** looked for again */
  readonly left: readonly { readonly id: string; readonly words: string; readonly waitMs: number }[];
}

/** A repository as a run found it, and what was known before. */
export interface FoundRefs {
  readonly git: GitRepository;
  readonly refs: Pick<RefList, "refs" | "truncated">;
  readonly tags: TagList | null;
  readonly stored: readonly StoredBranch[];
}

/** Looks what of the events a run has answered, each by its own refs. */
export async function answersTo(events: readonly WaitingEvent[], found: FoundRefs): Promise<EventAnswers> {
  const named = events.flatMap((event) => event.named ?? []);
  const open = named.length === 0 ? new Set<NamedRef>() : notReached(named, await seenRefs(found, named));
  const answers = { done: [] as string[], noted: [] as EventAnswers["noted"][number][] };
  const left: EventAnswers["left"][number][] = [];
  for (const { id, named: own, attempts, note } of events) {
    const missing = own?.find((each) => open.has(each));
    const waitMs = unseenWaitMs(attempts);
    if (missing === undefined && note !== undefined) answers.noted.push({ id, words: note });
    else if (missing === undefined) answers.done.push(id);
    else if (waitMs === null) answers.noted.push({ id, words: unseenWords(missing, true) });
    else left.push({ id, words: unseenWords(missing, false), waitMs });
  }
  return { ...answers, left };
}

/** What a run that saw no refs of now answers: what names some waits for the next, which comes at once. */
export function answersWithoutRefs(events: readonly WaitingEvent[]): EventAnswers {
  const isFree = ({ named }: WaitingEvent): boolean => named === null || named.length === 0;
  const free = events.filter(isFree);
  return {
    done: free.filter(({ note }) => note === undefined).map(({ id }) => id),
    noted: free.flatMap(({ id, note }) => (note === undefined ? [] : [{ id, words: note }])),
    left: [],
  };
}

/**
 * Writes what becomes of events.
 * @param brought what the run brought in; null where it read nothing
 * @param note what people should know of the run beside that
 */
export async function settleEvents(
  tx: Transaction,
  { done, noted, left }: EventAnswers,
  brought: BroughtIn | null,
  note: string | null = null,
): Promise<void> {
  await completeEvents(tx, done, brought, note);
  for (const [words, ids] of grouped(noted, ({ words: text }) => text)) {
    await completeEvents(tx, ids, brought, words);
  }
  for (const [words, ids] of grouped(left, ({ words: text, waitMs }) => `${waitMs} ${text}`)) {
    const at = words.indexOf(" ");
    await retryEvents(tx, ids, words.slice(at + 1), Number(words.slice(0, at)));
  }
}

/** @returns the branches that a run moved, in the order in which they were first seen */
export function movedHeads(
  stored: readonly StoredBranch[],
  now: readonly Pick<StoredBranch, "number" | "name" | "head" | "state">[],
): MovedHead[] {
  const heads = new Map(stored.map((branch) => [branch.number, headOf(branch)]));
  return now.flatMap((branch): MovedHead[] => {
    const old = heads.get(branch.number) ?? null;
    const head = headOf(branch);
    return old === head ? [] : [{ branch: branch.name, old, new: head }];
  });
}

function headOf({ head, state }: Pick<StoredBranch, "head" | "state">): string | null {
  return state === "live" ? head : null;
}

async function seenRefs({ git, refs, tags, stored }: FoundRefs, named: readonly NamedRef[]): Promise<SeenRefs> {
  const heads = new Map<string, string>(refs.refs.map(({ name, sha }) => [name, sha]));
  const known = new Map(stored.map((branch) => [branch.name, headOf(branch)]));
  const tagNames = new Set(tags?.tags.map(({ name }) => name));
  // Git is asked only for what the server does not show as it was told: mostly for nothing
  const doubtful = named.filter(
    ({ ref, after }) => !ref.startsWith(HEADS) || heads.get(ref.slice(HEADS.length)) !== after,
  );
  const ids = new Set(doubtful.flatMap(({ after }) => (after === null ? [] : [after])));
  const commits = await presentCommits(git, [...ids]);
  return {
    shown: (ref) => {
      if (ref.startsWith(HEADS)) return heads.get(ref.slice(HEADS.length)) ?? (refs.truncated ? undefined : null);
      // of an annotated one a delivery names the tag's own object, which is never fetched
      const isMissing = ref.startsWith(TAGS) && tags?.truncated === false && !tagNames.has(ref.slice(TAGS.length));
      return isMissing ? null : undefined;
    },
    known: (ref) => (ref.startsWith(HEADS) ? (known.get(ref.slice(HEADS.length)) ?? null) : undefined),
    has: (sha) => commits.has(sha),
  };
}

function grouped<T extends { readonly id: string }>(
  rows: readonly T[],
  keyOf: (row: T) => string,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const ids = groups.get(key);
    if (ids === undefined) groups.set(key, [row.id]);
    else ids.push(row.id);
  }
  return groups;
}

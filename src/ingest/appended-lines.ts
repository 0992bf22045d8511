// The lines of branches after a push that only adds to some of them: found from the new commits, not from the whole history.
import type { StoredBranch } from "../store/branch.ts";
import type { HeadedBranch } from "./line-order.ts";

/** A commit that a push brought. */
interface AddedCommit {
  readonly position: number;
  /** position of its first parent, below 0 for none */
  readonly firstParent: number;
}

/** A stored commit that new ones or branches stand on. */
interface KnownCommit {
  /** number of the branch whose line holds it, 0 for none */
  readonly line: number;
  readonly ordinal: number;
}

/** Branches before and after, and what is between. */
export interface AppendedQuestion {
  readonly stored: readonly StoredBranch[];
  readonly branches: readonly HeadedBranch[];
  readonly defaultBranch: { readonly before: string | null; readonly now: string | null };
  readonly added: readonly AddedCommit[];
  /** of a stored commit, by its position */
  readonly known: ReadonlyMap<number, KnownCommit>;
}

/** What becomes of branches when every stored commit stays in its line. */
export interface AppendedLines {
  readonly branches: readonly StoredBranch[];
  /** of the new commits by position: the number of their branch, 0 for none */
  readonly lines: ReadonlyMap<number, number>;
}

/** @returns the positions of the stored commits that `appendedLines()` has to know */
export function knownPositions(question: Omit<AppendedQuestion, "known">): number[] {
  const isNew = new Set(question.added.map(({ position }) => position));
  const below = question.added.map(({ firstParent }) => firstParent);
  const heads = changedBranches(question).map(({ headPosition }) => headPosition);
  return [...new Set([...below, ...heads])].filter((position) => position >= 0 && !isNew.has(position));
}

/**
 * Branches claim their lines in an order that a push does not change, each down to the first commit that is claimed. So
 * nothing that is stored changes hands where every branch that moved goes on from its own old head, over commits that no
 * other claims, and every branch that is new ends at a commit of a live one.
 * @returns null where that is not so, or a branch was deleted or came back: all lines are found anew then
 */
export function appendedLines(question: AppendedQuestion): AppendedLines | null {
  const { stored, branches, defaultBranch, added, known } = question;
  if (defaultBranch.before !== defaultBranch.now) return null;
  const before = new Map(stored.map((branch) => [branch.number, branch]));
  const states = new Map(branches.map(({ number, state }) => [number, state]));
  if (stored.some(({ number, state }) => states.get(number) !== state)) return null;
  const live = new Set<number>(branches.filter(({ state }) => state === "live").map(({ number }) => number));
  const parents = new Map(added.map(({ position, firstParent }) => [position, firstParent]));
  const lines = new Map<number, number>();
  const placed = new Map<number, StoredBranch>();
  for (const branch of inOrder(changedBranches(question), defaultBranch.now)) {
    const old = before.get(branch.number);
    let position: number | undefined = branch.headPosition;
    for (let parent = parents.get(position); parent !== undefined; parent = parents.get(position)) {
      if (lines.has(position)) return null;
      lines.set(position, branch.number);
      position = parent;
    }
    const end = known.get(position);
    if (end === undefined || branch.state !== "live") return null;
    const isNew = old === undefined && branch.name !== defaultBranch.now && live.has(end.line);
    if (!isNew && position !== old?.headPosition) return null;
    const isOwn = end.line === branch.number;
    const fork = isOwn ? (old?.fork ?? null) : { branch: end.line, ordinal: end.ordinal };
    placed.set(branch.number, { ...branch, fork });
  }
  for (const { position } of added) if (!lines.has(position)) lines.set(position, 0);
  const withForks = branches.map((branch): StoredBranch => {
    return placed.get(branch.number) ?? { ...branch, fork: before.get(branch.number)?.fork ?? null };
  });
  return { branches: withForks, lines };
}

/** The branches whose head is another one than before, and the new ones. */
function changedBranches({ stored, branches }: Pick<AppendedQuestion, "stored" | "branches">): HeadedBranch[] {
  const before = new Map(stored.map((branch) => [branch.number, branch.headPosition]));
  return branches.filter(({ number, headPosition }) => before.get(number) !== headPosition);
}

/** As `branchLines()` has them, live ones only. */
function inOrder(branches: readonly HeadedBranch[], defaultBranch: string | null): HeadedBranch[] {
  const rank = ({ name }: HeadedBranch): number => (name === defaultBranch ? 0 : 1);
  return branches.toSorted((a, b) => rank(a) - rank(b) || a.number - b.number);
}

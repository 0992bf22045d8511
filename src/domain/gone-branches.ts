// Which branches an event tells to be gone at the server, in words for people: for pages and the command line alike.

/** What is known of the branches of an event. */
export interface ToldBranches {
  /** branches that the run moved; new null: gone */
  readonly heads: readonly { readonly branch: string; readonly new: string | null }[] | null;
  /** refs that the delivery or the look names; after null: gone */
  readonly named: readonly { readonly ref: string; readonly after: string | null }[] | null;
}

const HEADS = "refs/heads/";

/** @returns "main is gone at its server", "main and 2 more branches are gone at its server"; null where none is */
export function goneWords({ heads, named }: ToldBranches): string | null {
  const moved = (heads ?? []).filter((head) => head.new === null).map(({ branch }) => branch);
  const told = (named ?? []).filter(({ ref, after }) => after === null && ref.startsWith(HEADS));
  // what was pushed again before the run is not gone
  const back = new Set((heads ?? []).filter((head) => head.new !== null).map(({ branch }) => branch));
  const names = new Set(
    [...moved, ...told.map(({ ref }) => ref.slice(HEADS.length))].filter((name) => !back.has(name)),
  );
  const list = listWords([...names], names.size);
  return list === null ? null : `${list} ${names.size === 1 ? "is" : "are"} gone at its server`;
}

/** @param names some of `count` branches. @returns "main", "main and dev", "main and 2 more branches"; null where there are none */
export function listWords(names: readonly string[], count: number): string | null {
  const [first, second] = names;
  if (first === undefined) return null;
  if (count === 1) return first;
  return count === 2 && second !== undefined
    ? `${first} and ${second}`
    : `${first} and ${count - 1} more ${count === 2 ? "branch" : "branches"}`;
}

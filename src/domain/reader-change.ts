// Whether a history that was read by one version of Tidemark has to be read once more by another.
/** Versions of readers by their names, as READERS of formats/read-file.ts gives them. */
export type ReaderVersions = Readonly<Record<string, number>>;

/** The name under which the version of reading as such stands. */
const ALL = "reader";

/**
 * @param before what the history was read with; null when nobody knows
 * @param adapters whose files it has
 * @returns whether some of its files would be read in another way now. A new adapter may recognise any file
 */
export function readsOtherwise(
  before: ReaderVersions | null,
  now: ReaderVersions,
  adapters: readonly string[],
): boolean {
  if (before === null || before[ALL] !== now[ALL]) return true;
  const changed = Object.keys({ ...before, ...now }).filter((name) => before[name] !== now[name]);
  return changed.some((name) => before[name] === undefined || adapters.includes(name));
}

// Where an import goes on after a crash: what `git_repository.import_state` holds.

/** How far an import has come, as its last transaction left it. */
export interface ImportState {
  /** whether the skeleton is stored: before that, an interrupted import starts anew */
  readonly skeleton: boolean;
  /** commits at this position and above are written for good; null when none is */
  readonly writtenTo: number | null;
  /** whether all commits were stored before, and each is read once more at the position that it has */
  readonly again: boolean;
}

/** @returns the state that is stored, or null when no import was interrupted where it can go on */
export function resumableState(stored: unknown): (ImportState & { readonly skeleton: true }) | null {
  if (typeof stored !== "object" || stored === null) return null;
  const { skeleton, writtenTo, again } = stored as Partial<Record<keyof ImportState, unknown>>;
  if (skeleton !== true) return null;
  return { skeleton, writtenTo: typeof writtenTo === "number" ? writtenTo : null, again: again === true };
}

/** @returns whether a repository's history is to be imported: for the first time, further, or once more */
export function needsImport(
  repository: { readonly synced: boolean; readonly importState: unknown },
  events: readonly { readonly task: "import" | "sync" }[],
): boolean {
  return !repository.synced || repository.importState !== null || events.some(({ task }) => task === "import");
}

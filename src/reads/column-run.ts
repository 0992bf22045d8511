// A stretch of a line in which columns keep their values.

/** A file of a commit; `values` stand beside the keys of its path, null where it could not be read. */
export interface ReadFile<Cell> {
  readonly values: readonly Cell[] | null;
  /** it was one of too many, if it is there at all */
  readonly isUnread?: true;
}

/** Neighbouring commits with the same files. */
export interface ColumnRun<Cell> {
  /** ordinals, both included */
  readonly low: number;
  readonly high: number;
  /** beside the paths; undefined where the commits have no such file */
  readonly files: readonly (ReadFile<Cell> | undefined)[];
}

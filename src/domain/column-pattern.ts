// A column's id with stars in its key, which stands for several columns: `metrics.json:benchmarks[*].mean`.

/** The columns of one file whose keys have this form. */
export interface ColumnPattern {
  readonly path: string;
  /** with at least one `*`, each of which stands for any text */
  readonly key: string;
}

const QUOTED = /^("(?:[^"\\]|\\.)*"):(.*)$/s;
const PLAIN = /^([^":]*):(.*)$/s;

/** @returns what the text stands for as a pattern, or null: it has no star behind the path */
export function parseColumnPattern(text: string): ColumnPattern | null {
  const quoted = QUOTED.exec(text);
  const [, path, key] = quoted ?? PLAIN.exec(text) ?? [];
  if (path === undefined || key?.includes("*") !== true) return null;
  if (quoted === null) return { path, key };
  try {
    return { path: JSON.parse(path) as string, key };
  } catch {
    return null;
  }
}

// What an engine told of a line: its commits' files, and the values of some columns.
import type { ArchivedLine, ArchivedLineCommit, ArchivedValue } from "./archive.ts";
import type { Answer, AnswerType } from "./query-engine.ts";
import type { CommitFile } from "./thawed-commits.ts";
import type { ValueRows } from "./value-rows.ts";

/** What is asked of the table of commits. */
export const LINE_FACTS = "position, files, unread_from";

/** Beside the facts. */
export const LINE_TYPES: readonly AnswerType[] = ["integer", "text", "text"];

class LineCommit implements ArchivedLineCommit {
  readonly files: string;
  readonly #files: readonly CommitFile[];
  readonly #unreadFrom: string | null;

  constructor(files: readonly CommitFile[], unreadFrom: string | null) {
    this.#files = files;
    this.#unreadFrom = unreadFrom;
    this.files = `${files.map(({ number }) => number).join(",")} ${unreadFrom ?? ""}`;
  }

  stateOf(path: string): "read" | "unreadable" | "unread" | "absent" {
    const file = this.#files.find((each) => each.path === path);
    if (file !== undefined) return file.shape === undefined ? "unreadable" : "read";
    return this.#unreadFrom !== null && path >= this.#unreadFrom ? "unread" : "absent";
  }
}

/** Rows that follow each other, the last one not included. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Where the values of each column are: objects are sorted by it, so that they are in few places. */
function stretchesOf({ rows, only, columnOf }: ValueRows): ReadonlyMap<number, Stretch[]> {
  if (only !== null) return new Map([[only, [{ from: 0, to: rows }]]]);
  const stretches = new Map<number, Stretch[]>();
  for (let from = 0; from < rows; ) {
    const column = columnOf(from);
    let to = from + 1;
    while (to < rows && columnOf(to) === column) to += 1;
    const list = stretches.get(column) ?? [];
    stretches.set(column, list);
    list.push({ from, to });
    from = to;
  }
  return stretches;
}

/** Answers of an engine about one line. */
export class LineOfEngine implements ArchivedLine {
  /** by position: its row in the answer */
  readonly #rows = new Map<number, number>();
  readonly #commits: Answer | null;
  /** by path and key: the answer that has the column's values, and where they are in it */
  readonly #columns = new Map<string, { readonly values: ValueRows; readonly stretches: readonly Stretch[] }>();

  /** @param commits null: nobody asked for them */
  constructor(commits: Answer | null) {
    this.#commits = commits;
    const positions = (commits?.columns[0] ?? []) as readonly number[];
    for (const [row, position] of positions.entries()) this.#rows.set(position, row);
  }

  /** Takes the values of some columns. */
  add(
    values: ValueRows,
    columns: Iterable<{ readonly number: number; readonly path: string; readonly key: string }>,
  ): void {
    const stretches = stretchesOf(values);
    for (const { number, path, key } of columns) {
      this.#columns.set(`${path}\n${key}`, { values, stretches: stretches.get(number) ?? [] });
    }
  }

  eachValue(path: string, key: string, take: (value: ArchivedValue) => void): void {
    const column = this.#columns.get(`${path}\n${key}`);
    if (column === undefined) return;
    const { positions, nums, arePlain, kindOf, textOf } = column.values;
    for (const { from, to } of column.stretches) {
      for (let row = from; row < to; row++) {
        const kind = arePlain ? "number" : kindOf(row);
        const text = arePlain ? null : textOf(row);
        take({ position: positions[row] as number, kind, num: nums[row] as number | null, text });
      }
    }
  }

  commit(position: number): ArchivedLineCommit | null {
    const row = this.#rows.get(position);
    if (this.#commits === null || row === undefined) return null;
    const [, files = [], unreadFrom = []] = this.#commits.columns;
    return new LineCommit(JSON.parse(files[row] as string) as CommitFile[], unreadFrom[row] as string | null);
  }
}

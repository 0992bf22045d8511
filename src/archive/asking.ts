// Questions to an engine about the archived commits of one repository, each about no more objects than have something of it.
import type { RepositoryId } from "../domain/model.ts";
import type { StoredSegment } from "../store/archive-manifest.ts";
import { rising, withinPositions } from "./positions.ts";
import type { Answer, AnswerType, ManifestObject, ObjectKind, QueryEngine } from "./query-engine.ts";
import { amongNumbers } from "./questions.ts";
import { COMMIT_FACTS, COMMIT_TYPES, type CommitOfArchive, commitsIn } from "./thawed-commits.ts";
import { LINE_FACTS, LINE_TYPES } from "./line-of-engine.ts";
import {
  ALL_FACTS,
  ALL_TYPES,
  allRows,
  COLUMN_FACTS,
  COLUMN_TYPES,
  NUMBER_FACTS,
  NUMBER_TYPES,
  OTHER_FACTS,
  OTHER_TYPES,
  OTHERS,
  type ValueRows,
  valueRows,
} from "./value-rows.ts";

/** Rows of one answer: seven documents of the largest size, or 10,000 commits of 200 columns. */
export const MAX_ROWS = 4_000_000;

/** Commits of a page of a hundred, and their parents: all of their values are asked with one question. */
const FEW_COMMITS = 200;

/** What is asked of a kind of objects. */
interface Facts {
  readonly kind: ObjectKind;
  readonly facts: string;
  readonly types: readonly AnswerType[];
  /** further conditions: rows that meet one of them, each row once */
  readonly among?: readonly string[];
}

/** Questions about one repository. */
export class Asking {
  readonly #engine: QueryEngine;
  readonly #repository: RepositoryId;
  readonly #segments: readonly StoredSegment[];
  readonly #signal: AbortSignal;

  constructor(engine: QueryEngine, repository: RepositoryId, segments: readonly StoredSegment[], signal: AbortSignal) {
    this.#engine = engine;
    this.#repository = repository;
    this.#segments = segments;
    this.#signal = signal;
  }

  /** @returns those of these commits that the archive has */
  async commits(positions: ReadonlySet<number>): Promise<Map<number, CommitOfArchive>> {
    const wanted = { kind: "commits", facts: COMMIT_FACTS, types: COMMIT_TYPES } as const;
    const found = commitsIn(await this.#ask(wanted, rising(positions)));
    for (const position of found.keys()) if (!positions.has(position)) found.delete(position);
    return found;
  }

  /** @param positions rising */
  lineCommits(positions: Int32Array): Promise<Answer> {
    return this.#ask({ kind: "commits", facts: LINE_FACTS, types: LINE_TYPES }, positions);
  }

  /** @param positions rising. Rows: position, committed time */
  times(positions: Int32Array): Promise<Answer> {
    const facts = "position, CAST(committed_at AS varchar)";
    return this.#ask({ kind: "commits", facts, types: ["integer", "text"] }, positions);
  }

  /** @param positions rising. @param columns by their numbers; null: all there are */
  async values(positions: Int32Array, columns: Iterable<number> | null): Promise<ValueRows> {
    const list = columns === null ? null : [...columns];
    const of = list === null ? null : amongNumbers("column_id", list);
    const column = list?.length === 1 ? (list[0] as number) : null;
    const among = of === null ? [] : [of];
    if (positions.length <= FEW_COMMITS)
      return allRows(await this.#ask({ kind: "values", facts: ALL_FACTS, types: ALL_TYPES, among }, positions));
    const others = OTHERS.map((condition) => (of === null ? condition : `${of} AND ${condition}`));
    const [facts, types] = column === null ? [NUMBER_FACTS, NUMBER_TYPES] : [COLUMN_FACTS, COLUMN_TYPES];
    const [numbers, texts] = await Promise.all([
      this.#ask({ kind: "values", facts, types, among }, positions),
      this.#ask({ kind: "values", facts: OTHER_FACTS, types: OTHER_TYPES, among: others }, positions),
    ]);
    return valueRows(numbers, texts, column);
  }

  #ask({ kind, facts, types, among = [] }: Facts, positions: Int32Array): Promise<Answer> {
    const objects = this.#objectsOf(kind, positions);
    if (objects.length === 0) return Promise.resolve({ rows: 0, columns: types.map(() => []) });
    const where = `repository_id = ${this.#repository} AND ${withinPositions(positions)}`;
    const statement = (_: unknown, table: (kind: ObjectKind) => string): string => {
      const select = `SELECT ${facts} FROM ${table(kind)} WHERE ${where}`;
      return among.length === 0 ? select : among.map((each) => `${select} AND ${each}`).join(" UNION ALL ");
    };
    return this.#engine.ask({ objects, statement, types, maxRows: MAX_ROWS }, this.#signal);
  }

  #objectsOf(kind: ObjectKind, positions: Int32Array): ManifestObject[] {
    return objectsOf(
      this.#segments.filter((segment) => segment.kind === kind && holdsOne(positions, segment.first, segment.last)),
    );
  }
}

/** Whether one of these positions, which rise, is between two others. */
function holdsOne(positions: Int32Array, first: number, last: number): boolean {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] as number) < first) low = middle + 1;
    else high = middle;
  }
  return low < positions.length && (positions[low] as number) <= last;
}

/** @returns the objects of segments, each once */
export function objectsOf(segments: readonly StoredSegment[]): ManifestObject[] {
  const objects = segments.map(({ kind, key, bytes, sha256, bucket }) => ({ kind, key, bytes, sha256, bucket }));
  return [...new Map(objects.map((object) => [object.key, object])).values()];
}

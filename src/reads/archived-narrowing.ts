// Which archived commits a filter cannot let through, as far as an engine can say so from numbers alone: these need not be
// brought. What is left is decided by the filter's own statement.
import type { Archive, ArchivedRepository } from "../archive/archive.ts";
import type { FilterComparison, FilterNode } from "../domain/filter.ts";

/** Positions; null: it may be any. */
type Positions = ReadonlySet<number> | null;

/** Where a number has to lie for a comparison to be true, both ends included: digits that a double has not may decide. */
function boundsOf({ operator, literal }: FilterComparison): { low: number; high: number } | null {
  if (literal.kind !== "number") return null;
  const bound = Number(literal.value);
  if (!Number.isFinite(bound)) return null;
  switch (operator) {
    case "<":
    case "<=":
      return { low: -Infinity, high: bound };
    case ">":
    case ">=":
      return { low: bound, high: Infinity };
    case "=":
      return { low: bound, high: bound };
    case "!=":
    case "~":
      return null;
  }
}

/** Asks an engine which commits may be let through. */
export class Narrowing {
  readonly #archive: Archive;
  readonly #of: ArchivedRepository;
  readonly #below: number;
  readonly #signal: AbortSignal;

  /** @param below only positions below this one are archived */
  constructor(archive: Archive, of: ArchivedRepository, below: number, signal: AbortSignal) {
    this.#archive = archive;
    this.#of = of;
    this.#below = below;
    this.#signal = signal;
  }

  async of(filter: FilterNode): Promise<Positions> {
    switch (filter.kind) {
      case "and": {
        const parts = (await this.#all(filter.nodes)).filter((part) => part !== null);
        return parts.length === 0 ? null : parts.reduce((all, part) => all.intersection(part));
      }
      case "or": {
        const parts = await this.#all(filter.nodes);
        const known = parts.filter((part) => part !== null);
        return known.length < parts.length ? null : known.reduce((all, part) => all.union(part), new Set<number>());
      }
      case "comparison":
        return this.#compared(filter);
      case "not":
      case "missing":
        return null;
    }
  }

  async #all(nodes: readonly FilterNode[]): Promise<Positions[]> {
    const parts: Positions[] = [];
    for (const node of nodes) parts.push(await this.of(node));
    return parts;
  }

  async #compared(comparison: FilterComparison): Promise<Positions> {
    const { operand } = comparison;
    const bounds = boundsOf(comparison);
    if (bounds === null || operand.kind !== "column") return null;
    const wanted = { column: operand.column, ...bounds, below: this.#below };
    return new Set(await this.#archive.between(this.#of, wanted, this.#signal));
  }
}

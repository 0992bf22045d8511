// Gives every shape, the sorted keys of a document, its number within a repository.
import type { FlatDocument, Value } from "../domain/model.ts";
import { compareTexts } from "../domain/value.ts";
import { type NewShape, shapeHashOf } from "../store/metric-shape.ts";

/** A document in the order of its shape. */
export interface ShapedDocument {
  readonly shape: number;
  /** beside the shape's keys */
  readonly values: readonly Value[];
}

interface Placing {
  readonly shape: number;
  /** where each sorted key stands in the document; null when it is sorted already */
  readonly order: Uint32Array | null;
}

/** Numbers of shapes, those stored before and those that are new. */
export class ShapeNumbers {
  readonly #numbers: Map<string, number>;
  /** documents of one path mostly share their list of keys: it is sorted and hashed once */
  readonly #placings = new WeakMap<readonly string[], Placing>();
  #last: number;
  #fresh: NewShape[] = [];

  /** @param stored numbers in use, by hash; what is not among them is new */
  constructor(stored: ReadonlyMap<string, number>, last: number) {
    this.#numbers = new Map(stored);
    this.#last = last;
  }

  /** @returns the number of the shape that documents with these keys have, in whatever order they are written */
  numberOf(keys: readonly string[]): number {
    return this.#placingOf(keys).shape;
  }

  /** Puts a document into the order of its shape. */
  place({ keys, values }: FlatDocument): ShapedDocument {
    const { shape, order } = this.#placingOf(keys);
    if (order === null) return { shape, values };
    const placed: Value[] = [];
    for (const index of order) placed.push(values[index] as Value);
    return { shape, values: placed };
  }

  /** @returns the numbers of all shapes that are stored or new, but not among these: they may go. The last one has to stay */
  others(used: ReadonlySet<number>): number[] {
    return [...this.#numbers.values()].filter((number) => !used.has(number) && number !== this.#last);
  }

  /** @returns the shapes that are new since the last call: they have to be stored before the documents */
  takeNew(): NewShape[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  #placingOf(keys: readonly string[]): Placing {
    let placing = this.#placings.get(keys);
    if (placing === undefined) {
      placing = this.#find(keys);
      this.#placings.set(keys, placing);
    }
    return placing;
  }

  #find(keys: readonly string[]): Placing {
    const { order, sorted } = sortKeys(keys);
    const hash = shapeHashOf(sorted);
    let shape = this.#numbers.get(hash);
    if (shape === undefined) {
      shape = ++this.#last;
      this.#numbers.set(hash, shape);
      this.#fresh.push({ number: shape, hash, keys: sorted });
    }
    return { shape, order };
  }
}

/** @returns the hash of the shape that documents with these keys have, hex */
export function shapeHash(keys: readonly string[]): string {
  return shapeHashOf(sortKeys(keys).sorted);
}

function sortKeys(keys: readonly string[]): { order: Uint32Array | null; sorted: readonly string[] } {
  let isSorted = true;
  for (let i = 1; i < keys.length && isSorted; i++) {
    isSorted = compareTexts(keys[i - 1] as string, keys[i] as string) < 0;
  }
  if (isSorted) return { order: null, sorted: keys };
  const order = Uint32Array.from(keys.keys()).sort((a, b) => compareTexts(keys[a] as string, keys[b] as string));
  return { order, sorted: Array.from(order, (index) => keys[index] as string) };
}

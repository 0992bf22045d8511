// The figures of a chart: one column's values along a branch, oldest first.
import type { CatalogueColumn } from "../domain/model.ts";
import { numberOf } from "../domain/value.ts";
import { compared } from "./held-versions.ts";
import type { Reading } from "./reading.ts";

/** One line of a chart. */
export interface Series {
  readonly column: CatalogueColumn;
  /** a commit each, oldest first; NaN where there is no finite number: a gap */
  readonly values: Float64Array;
  /** what is left out as a gap although it is there: NaN, infinities, texts */
  readonly odd: number;
}

/** @returns a column's values at the commits that were read */
export function seriesOf({ commits, held }: Reading, column: CatalogueColumn): Series {
  const values = new Float64Array(commits.length).fill(Number.NaN);
  let odd = 0;
  commits.forEach((commit, index) => {
    const { value } = compared(held, commit, column);
    const number = numberOf(value);
    if (number !== null && Number.isFinite(number)) values[commits.length - 1 - index] = number;
    else if (value !== null) odd += 1;
  });
  return { column, values, odd };
}

/** Some neighbouring values as one: the first and last of them, and how far they reach. */
export interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly first: number;
  readonly last: number;
  /** whether nothing is missing between the bucket before and this one */
  readonly joined: boolean;
}

/**
 * Divides values among so many places, none of which hides a peak.
 * @returns null where a place has no value
 */
export function bucketsOf(values: Float64Array, places: number): (Bucket | null)[] {
  const ends = Array.from({ length: places + 1 }, (_, place) => Math.floor((place * values.length) / places));
  return ends.slice(1).map((to, place) => {
    const from = ends[place] as number;
    const present = values.subarray(from, to).filter((value) => !Number.isNaN(value));
    if (present.length === 0) return null;
    return {
      low: present.reduce((a, b) => Math.min(a, b)),
      high: present.reduce((a, b) => Math.max(a, b)),
      first: present[0] as number,
      last: present.at(-1) as number,
      joined: from > 0 && !Number.isNaN(values[from]) && !Number.isNaN(values[from - 1]),
    };
  });
}

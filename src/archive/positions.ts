// A set of positions as a condition of a statement.

/** More than these are not written out: what is between them is read too, and left out afterwards. */
const MAX_LISTED = 5_000;

/** @returns the positions rising, each once */
export function rising(positions: ReadonlySet<number>): Int32Array {
  return Int32Array.from(positions).sort();
}

/**
 * @returns a condition that all these positions meet, and few others do
 * @param positions rising, at least one
 */
export function withinPositions(positions: Int32Array): string {
  const first = positions[0] ?? 0;
  const last = positions.at(-1) ?? 0;
  const whole = `position BETWEEN ${first} AND ${last}`;
  if (last - first === positions.length - 1 || positions.length > MAX_LISTED) return whole;
  // the outer range first: it is what row groups are passed over by. A list is looked up at once, whatever its length;
  // ranges, each with its OR, took ten times as long
  return `${whole} AND position IN (${positions.join(", ")})`;
}

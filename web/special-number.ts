// The texts by which the API sends numbers that JSON does not have.

/** @returns the special number that the API wrote as this text, or null for any other text */
export function specialNumber(text: string): number | null {
  switch (text) {
    case "NaN":
      return Number.NaN;
    case "Infinity":
      return Number.POSITIVE_INFINITY;
    case "-Infinity":
      return Number.NEGATIVE_INFINITY;
    default:
      return null;
  }
}

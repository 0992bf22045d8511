// Stretches of a line by ordinals.
import type { LinePart } from "../store/commit-page.ts";

/** @returns the parts of a line that lie between two ordinals, both included */
export function partsBetween(parts: readonly LinePart[], low: number, high: number): LinePart[] {
  return parts.flatMap(({ line, top, bottom }) => {
    const part = { line, top: Math.min(top, high), bottom: Math.max(bottom, low - 1) };
    return part.top > part.bottom ? [part] : [];
  });
}

// One open container of a document: where its leaves begin, and what its next names and elements need.
import { ArrayFrame } from "./array-frame.ts";
import type { KeyStep } from "./key-step.ts";
import type { KeyText } from "./leaves.ts";
import type { NamedRows, RowFields } from "./row-names.ts";
import type { RowColumns } from "./row-sample.ts";

/** Names of one object up to which a list is faster than a map. */
export const SHORT_OBJECT = 8;

/** One open container. One object is kept for each depth and used again. */
export class Frame {
  /** whether it is the document itself, at whose beginning a name stands without a dot */
  readonly isRoot: boolean;
  isArray = false;
  /** the container's own key, relative to the array element it is in; empty for the root and for an element */
  key = "";
  bytes = 0;
  /** where its leaves begin, and how many counted before */
  start = 0;
  counted = 0;
  /** of an object: its names so far, where the leaves of each begin, and the place of each in these lists */
  readonly names: KeyStep[] = [];
  readonly starts: number[] = [];
  places: Map<KeyStep, number> | null = null;
  /** of an object that is an array's element: the fields that name it, where the tool that wrote the file is known */
  ownFields: RowFields | null = null;
  /** of an array */
  readonly array = new ArrayFrame();
  rows: NamedRows | null = null;
  table: RowColumns | null = null;
  elementStart = 0;
  elementCounted = 0;

  constructor(isRoot: boolean) {
    this.isRoot = isRoot;
  }
}

/** @returns the key of an array's element by its position */
export function positionKey(frame: Frame, index: number): KeyText {
  const place = `[${index}]`;
  return { text: frame.key + place, bytes: frame.bytes + place.length };
}

/** @returns the container's key as messages show it */
export function shownKey(frame: Frame): string {
  return frame.key === "" ? "the document" : `"${frame.key}"`;
}

/** @returns the place of a name in the object's lists, -1 when it is new */
export function placeOf(frame: Frame, step: KeyStep): number {
  if (frame.places !== null) return frame.places.get(step) ?? -1;
  let place = frame.names.length - 1;
  while (place >= 0 && frame.names[place] !== step) place--;
  return place;
}

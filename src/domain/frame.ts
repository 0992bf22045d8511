// One open container of a document: where its leaves begin, and what its next names and elements need.
import { ArrayFrame } from "./array-frame.ts";
import type { KeyStep } from "./key-step.ts";
import type { KeyText } from "./leaves.ts";
import type { NamedRows, RowFields } from "./row-names.ts";
import type { RowColumns } from "./row-sample.ts";

/** Names of one object up to which a list is faster than a map. */
const SHORT_OBJECT = 8;

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
  /** the name of its value; of an array's element that of the array */
  owner: KeyStep;
  /** of an object: the name that came last, null before the first one */
  last: KeyStep | null = null;
  /** of an object: its names so far, and where the leaves of each begin. The lists are longer than they count */
  readonly #names: KeyStep[] = [];
  readonly #starts: number[] = [];
  #count = 0;
  /** the bits of its names: one whose bit is not among them is new */
  #seen = 0;
  /** the place of each name, made when there are many and one may have come before */
  #places: Map<KeyStep, number> | null = null;
  /** of an object that is an array's element: the fields that name it, where the tool that wrote the file is known */
  ownFields: RowFields | null = null;
  #array: ArrayFrame | null = null;
  rows: NamedRows | null = null;
  table: RowColumns | null = null;
  elementStart = 0;
  elementCounted = 0;

  constructor(isRoot: boolean, owner: KeyStep) {
    this.isRoot = isRoot;
    this.owner = owner;
  }

  /** What is known of it as an array: few containers are one, and their state is large. */
  get array(): ArrayFrame {
    return (this.#array ??= new ArrayFrame());
  }

  /** Makes it an object without names. */
  openObject(): void {
    this.isArray = false;
    this.last = null;
    this.#count = 0;
    this.#seen = 0;
    this.#places = null;
  }

  /**
   * Adds a name to the object.
   * @param start where its leaves begin
   * @returns the place of the same name before it, -1 when it is new
   */
  addName(step: KeyStep, start: number): number {
    const place = (this.#seen & step.bit) === 0 ? -1 : this.#placeOf(step);
    this.#names[this.#count] = step;
    this.#starts[this.#count] = start;
    this.#seen |= step.bit;
    this.#places?.set(step, this.#count);
    this.#count++;
    this.last = step;
    return place;
  }

  /** @returns where the leaves of the name at a place begin, or `end` behind the last name but one */
  startOf(place: number, end: number): number {
    return place < this.#count - 1 ? (this.#starts[place] as number) : end;
  }

  #placeOf(step: KeyStep): number {
    if (this.#places === null && this.#count > SHORT_OBJECT)
      this.#places = new Map(this.#names.slice(0, this.#count).map((each, i) => [each, i]));
    if (this.#places !== null) return this.#places.get(step) ?? -1;
    let place = this.#count - 1;
    while (place >= 0 && this.#names[place] !== step) place--;
    return place;
  }
}

/** @returns the key of an array's element by its position */
export function positionKey(frame: Frame, index: number): KeyText {
  const place = `[${index}]`;
  return { text: frame.key + place, bytes: frame.bytes + place.length };
}

/** @returns the key of the innermost open array without row names: `results[].runs`; empty for the root */
export function arrayKey(frames: readonly Frame[], depth: number): string {
  let text = "";
  for (const { isArray, last } of frames.slice(0, depth - 1)) text += isArray ? "[]" : stepBehind(text, last);
  return text;
}

/** @returns the key of the value that is being read, rows by their position: `results[3].mean`; empty for the root */
export function valueKey(frames: readonly Frame[], depth: number): string {
  let text = "";
  for (const frame of frames.slice(0, depth))
    text += frame.isArray ? `[${frame.array.elements}]` : stepBehind(text, frame.last);
  return text;
}

function stepBehind(text: string, name: KeyStep | null): string {
  if (name === null) return "";
  return text === "" ? name.first : name.step;
}

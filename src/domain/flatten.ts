// From the events of a reader (an object opens, a name, a scalar, …) to a flat document, with one set of limits.
import { addCells, addFigure, addFigures, warnNumbered, warnTooMany } from "./array-leaves.ts";
import { arrayKey, Frame, positionKey, valueKey } from "./frame.ts";
import { keyBehind, type KeyStep, KeySteps, repeatedKey } from "./key-step.ts";
import { Leaves } from "./leaves.ts";
import { MAX_DEPTH, MAX_NUMBERED_ROWS } from "./limits.ts";
import type { ColumnFacts, FlatDocument, RowIdentities, Value } from "./model.ts";
import { fieldsFrom, leaveOutProvenance, type LeftOut, nameRow, prepareFields, type RowFields } from "./row-names.ts";
import type { RowSampler } from "./row-sample.ts";
import { unreadable } from "./unreadable.ts";
import { WarningList } from "./warning-list.ts";

/** The key of a document that is a single scalar. */
const ROOT_KEY = "value";

/** What a document is flattened with. */
export interface FlattenOptions {
  /** the fields that name the rows of arrays; null while nobody knows */
  readonly identity: RowIdentities | null;
  /** whether a person chose them: then they come before those that a tool's file has */
  readonly identityIsChosen?: boolean;
  /** the line of a place in the text, from 1; null when the reader knows no places */
  readonly lineAt: ((at: number) => number) | null;
  /** takes the rows instead: then there is no document */
  readonly sampler?: RowSampler | null;
  /** the names of documents like this one that were read before it */
  readonly steps?: KeySteps;
}

/**
 * Takes a document apart while it is read: every reader tells it what it meets, in order, and closes what it opened.
 * All of its methods throw TidemarkError `file-unreadable` when a limit is passed.
 */
export class Flattener {
  readonly warnings = new WarningList(() => valueKey(this.#frames, this.#depth));
  readonly #leaves = new Leaves(this.warnings);
  readonly #steps: KeySteps;
  readonly #identities: ReadonlyMap<string, RowFields> | null;
  readonly #identityIsChosen: boolean;
  /** the fields of rows that name themselves, by their names */
  readonly #ownFields = new Map<string, RowFields>();
  /** of the keys of rows without a name */
  readonly #leftOut: LeftOut = new Map();
  readonly #lineAt: ((at: number) => number) | null;
  readonly #sampler: RowSampler | null;
  readonly #frames: Frame[] = [];
  #depth = 0;
  #top: Frame | null = null;

  constructor(options: FlattenOptions) {
    const { identity, identityIsChosen = false, lineAt, sampler = null, steps = new KeySteps() } = options;
    this.#identityIsChosen = identityIsChosen;
    this.#identities = identity === null ? null : prepareFields(identity);
    this.#lineAt = lineAt;
    this.#sampler = sampler;
    this.#steps = steps.begin();
  }

  /** @returns whether the rows of this array have a name. @param array its key without row names */
  hasRowsOf(array: string): boolean {
    return (this.#identities?.get(array)?.fields.length ?? 0) > 0;
  }

  /** @returns whether rows of this array are of use: they have a name, or are being sampled */
  wantsRowsOf(array: string): boolean {
    return this.#sampler !== null || this.hasRowsOf(array);
  }

  /**
   * An object opens.
   * @param fields of an array's element: those that name it, a dot for one that lies deeper
   */
  openObject(fields?: readonly string[]): void {
    const frame = this.#open();
    frame.ownFields = fields === undefined ? null : fieldsFrom(this.#ownFields, fields);
    frame.openObject();
  }

  /** An array opens. */
  openArray(): void {
    const frame = this.#open();
    frame.isArray = true;
    frame.rows = null;
    frame.table = null;
    frame.array.reset(this.#identities?.get(this.#pattern()) ?? null);
  }

  /**
   * The name of the next value in the open object. A name that comes again replaces what it had before.
   * @param at its place in the text
   */
  name(name: string, at: number): void {
    const step = this.#steps.of(name, this.warnings, at, this.#lineAt);
    const { owner, last } = this.#top as Frame;
    if (step.quoted !== null) {
      if (last === null) owner.inside = step;
      else last.next = step;
    }
    this.step(step, at);
  }

  /** The name that most likely comes next. A reader that finds it in its text tells `step()` and need not make it. */
  get likelyStep(): KeyStep | null {
    const { owner, last } = this.#top as Frame;
    return last === null ? owner.inside : last.next;
  }

  /** The next name, as `likelyStep` foretold it. @param at its place in the text */
  step(step: KeyStep, at: number): void {
    const frame = this.#top as Frame;
    const { length } = this.#leaves;
    const known = frame.addName(step, length);
    if (known < 0) return;
    this.#leaves.remove(frame.startOf(known, length), frame.startOf(known + 1, length));
    this.warnings.add("duplicate-keys", () => repeatedKey(step.name, this.#lineAt?.(at)));
  }

  /**
   * A scalar: the value of the name before it, the next element of the open array, or the whole document.
   * @param facts what the file says about the column; of no use in an array
   */
  scalar(value: Value, facts?: ColumnFacts): void {
    const frame = this.#top;
    if (frame === null) this.#leaves.add(ROOT_KEY, ROOT_KEY.length, value, facts);
    else if (frame.isArray) this.#scalarElement(frame, value);
    else {
      const name = frame.last as KeyStep;
      if (frame.isRoot) this.#leaves.add(name.first, name.firstBytes, value, facts);
      else this.#leaves.add(keyBehind(frame.key, name), frame.bytes + name.bytes, value, facts);
    }
  }

  /** The last value of a series, for the name before it, with the range that it had: `loss`, `loss.min`, `loss.max`. */
  range(last: Value, min: Value, max: Value): void {
    const frame = this.#top as Frame;
    const name = frame.last as KeyStep;
    const key = frame.isRoot ? name.first : keyBehind(frame.key, name);
    const bytes = frame.isRoot ? name.firstBytes : frame.bytes + name.bytes;
    this.#leaves.add(key, bytes, last);
    this.#leaves.add(`${key}.min`, bytes + 4, min);
    this.#leaves.add(`${key}.max`, bytes + 4, max);
  }

  /** The container that opened last closes. */
  close(): void {
    const frame = this.#top as Frame;
    if (frame.isArray) this.#closeArray(frame);
    else if (frame.last === null) this.#leaves.count();
    this.#depth--;
    this.#top = this.#depth === 0 ? null : (this.#frames[this.#depth - 1] as Frame);
    if (this.#top?.isArray === true) this.#endContainerElement(this.#top, frame);
  }

  /** The document, after its last event. */
  finish(): { document: FlatDocument; unstableKeys: string[]; facts: ReadonlyMap<string, ColumnFacts> } {
    return this.#leaves.finish();
  }

  #open(): Frame {
    if (this.#depth === MAX_DEPTH)
      throw unreadable("too-deep", `more than ${MAX_DEPTH} levels of lists and objects`, `at most ${MAX_DEPTH}`);
    const parent = this.#top;
    const frame = (this.#frames[this.#depth] ??= new Frame(this.#depth === 0, this.#steps.root));
    frame.start = this.#leaves.length;
    frame.counted = this.#leaves.counted;
    if (parent === null || parent.isArray) {
      frame.key = "";
      frame.bytes = 0;
      frame.owner = parent?.owner ?? this.#steps.root;
      if (parent?.isArray === true) this.#startContainerElement(parent);
    } else {
      const name = parent.last as KeyStep;
      frame.owner = name;
      frame.key = parent.isRoot ? name.first : keyBehind(parent.key, name);
      frame.bytes = parent.isRoot ? name.firstBytes : parent.bytes + name.bytes;
    }
    this.#depth++;
    this.#top = frame;
    return frame;
  }

  /** The key of the innermost open array without row names; empty where no fields are looked for. */
  #pattern(): string {
    return this.#identities === null && this.#sampler === null ? "" : arrayKey(this.#frames, this.#depth);
  }

  #scalarElement(frame: Frame, value: Value): void {
    const { array } = frame;
    const pure = array.scalars === array.elements;
    array.addScalar(value);
    if (pure || this.#sampler !== null) return;
    this.#startElement(frame); // the array is mixed: each of its elements stands for itself
    if (!array.dropped) this.#leaves.add("", 0, value);
    this.#numberElement(frame, array.elements - 1);
  }

  /** Before a container in an array: scalars that came before the first one become elements of their own. */
  #startContainerElement(frame: Frame): void {
    const { array } = frame;
    if (array.scalars > 0 && array.scalars === array.elements && this.#sampler === null) {
      array.matrix = null;
      for (let i = 0; i < array.elements && !array.dropped; i++) {
        this.#startElement(frame);
        if (i < array.small.length) this.#leaves.add("", 0, array.small[i] as Value);
        this.#numberElement(frame, i);
      }
    }
    this.#startElement(frame);
  }

  #startElement(frame: Frame): void {
    frame.elementStart = this.#leaves.length;
    frame.elementCounted = this.#leaves.counted;
  }

  /** After a container that is an element of an array: its leaves get their place in front. */
  #endContainerElement(frame: Frame, element: Frame): void {
    const { array } = frame;
    const index = array.elements++;
    if (element.isArray) array.addMatrixLine(element.array);
    else {
      array.objects++;
      array.matrix = null;
    }
    if (this.#sampler !== null) this.#sampleElement(this.#sampler, frame, element);
    else if (!this.#nameElement(frame, element)) {
      if (!element.isArray) leaveOutProvenance(this.#leaves, frame.elementStart, this.#leftOut);
      this.#numberElement(frame, index);
    }
  }

  #sampleElement(sampler: RowSampler, frame: Frame, element: Frame): void {
    if (!element.isArray && (element.ownFields === null || sampler.takesOwn)) {
      frame.table ??= sampler.open(
        this.#pattern(),
        element.ownFields?.fields.map(({ name }) => name),
      );
      sampler.row(frame.table, this.#leaves, frame.elementStart);
    }
    this.#leaves.truncate(frame.start, frame.counted);
  }

  #nameElement(frame: Frame, element: Frame): boolean {
    if (element.isArray) return false;
    const { ownFields } = element;
    const fields =
      ownFields === null || (this.#identityIsChosen && frame.array.fields) ? frame.array.fields : ownFields;
    if (fields === null || fields.fields.length === 0) return false;
    frame.rows ??= new Map();
    const base = { text: frame.key, bytes: frame.bytes };
    return nameRow(this.#leaves, frame.elementStart, fields, base, frame.rows, this.warnings);
  }

  /** Names an element by its position, unless there are too many or it may turn out to be the only one. */
  #numberElement(frame: Frame, index: number): void {
    const { array } = frame;
    const leaves = this.#leaves;
    const alone = array.fields?.fields.length === 0;
    if (alone && index === 0) return; // its name is found when the next one comes, or when the array closes
    if (alone && index === 1) {
      array.numbered++;
      leaves.prefix(frame.start, frame.elementStart, positionKey(frame, 0), true);
    }
    if (++array.numbered <= MAX_NUMBERED_ROWS) {
      leaves.prefix(frame.elementStart, leaves.length, positionKey(frame, index), true);
      return;
    }
    // rows that have a name stay; of the others none is kept, or each version would keep another choice of them
    if (frame.rows === null) leaves.truncate(frame.start, frame.counted);
    else leaves.truncate(frame.elementStart, frame.elementCounted);
    array.dropped = frame.rows === null;
    warnTooMany(this.warnings, array, arrayKey(this.#frames, this.#depth));
  }

  #closeArray(frame: Frame): void {
    const { array } = frame;
    const leaves = this.#leaves;
    if (this.#sampler !== null) leaves.truncate(frame.start, frame.counted);
    else if (array.scalars === array.elements) addFigures(leaves, frame);
    else if (array.isSquareMatrix) addCells(leaves, frame);
    else if (array.elements === 1 && array.fields?.fields.length === 0) {
      leaves.prefix(frame.start, leaves.length, { text: frame.key, bytes: frame.bytes }, false);
      if (frame.isRoot) leaves.dropDots(frame.start);
    } else if (array.numbered > 0) {
      if (array.objects === 0 || array.numbered > MAX_NUMBERED_ROWS) addFigure(leaves, frame, "length", array.elements);
      if (array.objects > 0 && array.numbered <= MAX_NUMBERED_ROWS)
        // lists in lists have no names to miss
        warnNumbered(this.warnings, frame, arrayKey(this.#frames, this.#depth));
    }
  }
}

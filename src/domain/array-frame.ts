// What is known of an open array: how many elements of which kind, and the figures of its numbers.
import type { RowFields } from "./row-names.ts";
import { MAX_MATRIX_SIDE, MAX_NUMBERED_ROWS } from "./limits.ts";
import type { Value } from "./model.ts";

/** The state of one open array. One object is kept for each depth and used again. */
export class ArrayFrame {
  /** elements of any kind, and how many of them are scalars, objects, numbers and nulls */
  elements = 0;
  scalars = 0;
  objects = 0;
  numbers = 0;
  nulls = 0;
  /** numbers that are not special, their sum scaled so that it cannot overflow, and the ends of their range */
  finite = 0;
  sum = 0;
  scaledSum = 0;
  min: number | bigint = 0;
  max: number | bigint = 0;
  last: Value = null;
  /** the first scalars: rows of their own when the array is mixed, cells when it is part of a matrix */
  readonly small: Value[] = [];
  /** cells of a square matrix as far as it can still be one */
  matrix: Value[] | null = null;
  width = 0;
  /** the fields that name its rows, null when they are named by position */
  fields: RowFields | null = null;
  /** rows that are named by position, and whether there are too many to keep any */
  numbered = 0;
  dropped = false;

  /** Makes it an array without elements. */
  reset(fields: RowFields | null): void {
    this.elements = 0;
    this.scalars = 0;
    this.objects = 0;
    this.numbers = 0;
    this.nulls = 0;
    this.finite = 0;
    this.sum = 0;
    this.scaledSum = 0;
    this.min = 0;
    this.max = 0;
    this.last = null;
    this.small.length = 0;
    this.matrix = [];
    this.width = 0;
    this.fields = fields;
    this.numbered = 0;
    this.dropped = false;
  }

  /** Takes a scalar element into the figures. */
  addScalar(value: Value): void {
    this.elements++;
    this.scalars++;
    this.last = value;
    if (this.scalars <= MAX_NUMBERED_ROWS) this.small.push(value);
    if (value === null) this.nulls++;
    else if (typeof value === "number" || typeof value === "bigint") {
      this.numbers++;
      if (typeof value === "bigint" || Number.isFinite(value)) this.#addFinite(value);
    }
  }

  /** @returns whether it holds nothing but numbers and nulls, at least one number */
  get isNumeric(): boolean {
    return this.numbers > 0 && this.numbers + this.nulls === this.elements;
  }

  /** @returns the mean of its finite numbers, null when there is none */
  get mean(): number | null {
    if (this.finite === 0) return null;
    return Number.isFinite(this.sum) ? this.sum / this.finite : (this.scaledSum / this.finite) * SCALE;
  }

  /** Takes a closed element that is an array itself as the next line of a matrix, if it can be one. */
  addMatrixLine(line: ArrayFrame): void {
    if (this.matrix === null) return;
    const width = line.elements;
    const fits =
      width === line.numbers && width <= MAX_MATRIX_SIDE && (this.matrix.length === 0 || width === this.width);
    if (!fits || width === 0) this.matrix = null;
    else {
      this.width = width;
      this.matrix.push(...line.small);
    }
  }

  /** @returns whether all its elements are the lines of a square matrix of numbers */
  get isSquareMatrix(): boolean {
    return this.matrix !== null && this.matrix.length > 0 && this.width === this.elements;
  }

  #addFinite(value: number | bigint): void {
    const number = Number(value);
    if (this.finite === 0 || value < this.min) this.min = value;
    if (this.finite === 0 || value > this.max) this.max = value;
    this.finite++;
    this.sum += number;
    this.scaledSum += number / SCALE;
  }
}

/** No file has so many numbers that their sum, each divided by it, overflows. */
const SCALE = 2 ** 24;

// A canvas of dots, four rows and two columns of them in each character (Braille patterns).

/** Which bit of a Braille pattern is the dot at (x, y) within its character. */
const DOTS: readonly (readonly number[])[] = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];
const EMPTY = 0x2800;

/** Dots that can be set; (0, 0) is the left upper one. */
export class BrailleCanvas {
  /** in dots */
  readonly width: number;
  readonly height: number;
  readonly #cells: Uint8Array;

  /** @param columns characters in a line @param rows lines */
  constructor(columns: number, rows: number) {
    this.width = columns * 2;
    this.height = rows * 4;
    this.#cells = new Uint8Array(columns * rows);
  }

  /** Sets a dot; one outside is left out. */
  set(x: number, y: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const cell = (y >> 2) * (this.width >> 1) + (x >> 1);
    this.#cells[cell] = (this.#cells[cell] as number) | (DOTS[y & 3]?.[x & 1] as number);
  }

  /** Sets the dots of a straight line, both ends included. */
  line(fromX: number, fromY: number, toX: number, toY: number): void {
    const steps = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY));
    for (let step = 0; step <= steps; step++) {
      const part = steps === 0 ? 0 : step / steps;
      this.set(Math.round(fromX + (toX - fromX) * part), Math.round(fromY + (toY - fromY) * part));
    }
  }

  /** @returns lines of equal length; an empty character is a blank */
  lines(): string[] {
    const columns = this.width >> 1;
    const lines: string[] = [];
    for (let from = 0; from < this.#cells.length; from += columns) {
      const cells = Array.from(this.#cells.subarray(from, from + columns));
      lines.push(cells.map((bits) => (bits === 0 ? " " : String.fromCharCode(EMPTY + bits))).join(""));
    }
    return lines;
  }
}

// What git complained about: the last lines of its standard error, without progress and packet traces.

/** Characters that are kept: an error message is at the end. */
const MAX_LENGTH = 1_024;
/** `remote: Counting objects:  14% (2/14)`, `Receiving objects: …`, `15:26:25.283412 pkt-line.c:80  packet: …`. */
const NOISE = / packet: |^(?:remote: )?\p{Lu}\p{Ll}+ [\p{Ll} ]+: +\d+|^hint: /u;

/** Takes standard error as it comes. */
export class Complaints {
  #lines = "";
  #line = "";

  hear(text: string): void {
    const lines = (this.#line + text).split(/[\r\n]+/);
    this.#line = (lines.pop() ?? "").slice(-MAX_LENGTH);
    for (const line of lines) if (!NOISE.test(line)) this.#lines += `${line}\n`;
    this.#lines = this.#lines.slice(-MAX_LENGTH);
  }

  /** The last complaints, one a line. */
  get text(): string {
    return (this.#lines + (NOISE.test(this.#line) ? "" : this.#line)).slice(-MAX_LENGTH);
  }
}

// Gives every version of a metric file its number within a repository, and turns a history's references into numbers.
import type { BaselineRef, VersionRef } from "../history/history-batch.ts";

/** What has to be known of a version once it is numbered. */
interface NumberedFile {
  readonly number: number;
  /** whether a commit has it, as its own or as its baseline */
  used: boolean;
  /** whether it has a problem or a warning: commits that bring it in are marked */
  warned: boolean;
  /** whether it has a row, or is to have one; else only archived commits have it */
  stored: boolean;
}

/** The two lists that stand beside a commit's files. */
export interface NumberedBaselines {
  readonly files: readonly (number | null)[];
  readonly positions: readonly (number | null)[];
}

/** Numbers of versions, those stored before and those that are new. */
export class FileNumbers {
  /** by path, then by blob id: a path's text is kept once */
  readonly #paths = new Map<string, Map<string, NumberedFile>>();
  /** commits whose files did not change share the list of them */
  readonly #lists = new WeakMap<readonly VersionRef[], readonly number[]>();
  #last: number;

  /** @param last the highest number in use */
  constructor(last: number) {
    this.#last = last;
  }

  /** Takes over a version that is stored. */
  know(ref: VersionRef, number: number, warned: boolean): void {
    this.#versionsOf(ref.path).set(ref.oid, { number, warned, used: false, stored: true });
  }

  /** Takes over a version that only archived commits have. */
  knowArchived(ref: VersionRef, number: number): void {
    this.#versionsOf(ref.path).set(ref.oid, { number, warned: false, used: false, stored: false });
  }

  /** @returns the number of a version that is known, or null */
  find(ref: VersionRef): number | null {
    return this.#paths.get(ref.path)?.get(ref.oid)?.number ?? null;
  }

  /**
   * Numbers a version that was read.
   * @returns its number, whether that is a new one, and whether it was only in the archive
   */
  assign(ref: VersionRef, warned: boolean): { number: number; isNew: boolean; wasArchived: boolean } {
    const versions = this.#versionsOf(ref.path);
    const known = versions.get(ref.oid);
    if (known !== undefined) {
      known.warned = warned;
      const wasArchived = !known.stored;
      known.stored = true;
      return { number: known.number, isNew: false, wasArchived };
    }
    const number = ++this.#last;
    versions.set(ref.oid, { number, warned, used: false, stored: true });
    return { number, isNew: true, wasArchived: false };
  }

  /** @returns the numbers of a commit's files, in their order */
  numbersOf(files: readonly VersionRef[]): readonly number[] {
    let numbers = this.#lists.get(files);
    if (numbers === undefined) {
      numbers = files.map((ref) => this.#get(ref).number);
      this.#lists.set(files, numbers);
    }
    return numbers;
  }

  /** @returns numbers and positions of a commit's baselines, in their order */
  baselinesOf(baselines: readonly (BaselineRef | null)[]): NumberedBaselines {
    const files: (number | null)[] = [];
    const positions: (number | null)[] = [];
    for (const baseline of baselines) {
      files.push(baseline === null ? null : this.#get(baseline.version).number);
      positions.push(baseline === null ? null : baseline.position);
    }
    return { files, positions };
  }

  /** @returns the numbers of those files that changed and have a problem or a warning; null for none */
  warnedOf(files: readonly VersionRef[], changed: readonly string[]): number[] | null {
    if (changed.length === 0) return null;
    const numbers: number[] = [];
    let next = 0;
    // both are sorted by path
    for (const ref of files) {
      while (next < changed.length && (changed[next] as string) < ref.path) next++;
      if (changed[next] !== ref.path) continue;
      const file = this.#get(ref);
      if (file.warned) numbers.push(file.number);
    }
    return numbers.length === 0 ? null : numbers;
  }

  /** Begins anew to note which versions commits have. */
  forgetUse(): void {
    for (const versions of this.#paths.values()) for (const file of versions.values()) file.used = false;
  }

  /** @returns the numbers of versions that no commit has been seen with since `forgetUse()` */
  unused(): number[] {
    const numbers: number[] = [];
    for (const versions of this.#paths.values()) {
      for (const { number, used } of versions.values()) if (!used) numbers.push(number);
    }
    return numbers;
  }

  #versionsOf(path: string): Map<string, NumberedFile> {
    let versions = this.#paths.get(path);
    if (versions === undefined) {
      versions = new Map();
      this.#paths.set(path, versions);
    }
    return versions;
  }

  #get(ref: VersionRef): NumberedFile {
    const file = this.#paths.get(ref.path)?.get(ref.oid);
    if (file === undefined)
      throw new Error(`version ${ref.oid} of ${JSON.stringify(ref.path)} was not given before its commit`);
    file.used = true;
    return file;
  }
}

// The branches of the demo's project while they grow: who commits what, when, and which files change with it.
import {
  applyEffect,
  type DemoEffect,
  type DemoProject,
  type DemoRandom,
  FIRST_DEMO_PROJECT,
  renderBenchmark,
  renderMetrics,
  renderParams,
} from "./demo-project.ts";
import type { DemoWork } from "./demo-subjects.ts";

/** A commit of the demo, ready to be written. */
export interface DemoCommit {
  /** from 1, in the order in which commits are written: parents first */
  readonly mark: number;
  readonly branch: string;
  /** marks, the first parent first */
  readonly parents: readonly number[];
  readonly author: DemoAuthor;
  /** hours since the first commit */
  readonly hour: number;
  readonly subject: string;
  /** contents by path, or null where the file goes */
  readonly files: ReadonlyMap<string, string | null>;
}

/** A person of the demo. */
export interface DemoAuthor {
  readonly name: string;
  readonly email: string;
  readonly zone: string;
}

const person = (name: string, email: string, zone: string): DemoAuthor => ({
  name,
  email: `${email}@tidecast.example`,
  zone,
});

/** Who works on the demo's project; the first began it, the last is a program. */
export const DEMO_AUTHORS: readonly DemoAuthor[] = [
  person("Ada Marsh", "ada", "+0000"),
  person("Bo Lindqvist", "bo", "+0100"),
  person("Chidi Okafor", "chidi", "+0100"),
  person("Dana Reyes", "dana", "-0500"),
  person("Noor Haddad", "noor", "+0200"),
  person("tidecast-ci", "ci", "+0000"),
];

interface DemoBranch {
  readonly head: number;
  readonly project: DemoProject;
  /** what was done since it left its parent, or was last left by a branch: a merge does it there too */
  readonly own: readonly DemoEffect[];
}

/** What may be said of one commit beside its work. */
export interface DemoExtra {
  readonly author?: number;
  readonly parents?: readonly number[];
  readonly files?: ReadonlyMap<string, string | null>;
  readonly diverged?: boolean;
}

/** Grows a history by branches, commits and merges. Time only goes on. */
export class DemoTimeline {
  readonly commits: DemoCommit[] = [];
  readonly #random: DemoRandom;
  readonly #branches = new Map<string, DemoBranch>();
  #hour = 0;

  constructor(random: DemoRandom) {
    this.#random = random;
  }

  /** The state of the project on a branch. */
  project(branch: string): DemoProject {
    return this.#branches.get(branch)?.project ?? FIRST_DEMO_PROJECT;
  }

  /** The mark of a branch's newest commit. */
  head(branch: string): number {
    return this.#of(branch).head;
  }

  /** Adds a commit with its work's effect and the files that show it. */
  commit(branch: string, work: DemoWork, extra: DemoExtra = {}): void {
    const before = this.#branches.get(branch);
    const project = applyEffect(before?.project ?? FIRST_DEMO_PROJECT, work.effect);
    const files = new Map<string, string | null>([
      [work.source, sourceText(work.source, this.commits.length, work.subject)],
    ]);
    if (work.effect.params !== undefined || before === undefined) files.set("params.yaml", renderParams(project));
    if (work.evaluated) files.set("metrics.json", renderMetrics(project, this.#random, extra.diverged));
    if (work.benchmarked) files.set("benchmark.json", renderBenchmark(project, this.#random));
    for (const [path, text] of extra.files ?? []) files.set(path, text);
    const parents = extra.parents ?? (before === undefined ? [] : [before.head]);
    this.#branches.set(branch, { head: this.commits.length + 1, project, own: [...(before?.own ?? []), work.effect] });
    this.#push(branch, parents, work.subject, files, extra.author);
  }

  /** Starts a branch at another one's head. */
  fork(branch: string, from: string): void {
    const { head, project } = this.#of(from);
    this.#branches.set(branch, { head, project, own: [] });
    this.#branches.set(from, { head, project, own: [] });
  }

  /** Merges branches into another: what was done there is done here, and everything is measured again. */
  merge(into: string, others: readonly string[], subject: string, author?: number): void {
    const target = this.#of(into);
    const effects = others.flatMap((branch) => this.#of(branch).own);
    const project = effects.reduce(applyEffect, target.project);
    const files = new Map<string, string | null>([
      ["params.yaml", renderParams(project)],
      ["metrics.json", renderMetrics(project, this.#random)],
      ["benchmark.json", renderBenchmark(project, this.#random)],
    ]);
    const heads = others.map((branch) => this.#of(branch).head);
    this.#branches.set(into, { head: this.commits.length + 1, project, own: [...target.own, ...effects] });
    this.#push(into, [target.head, ...heads], subject, files, author);
  }

  /** Moves a branch to another one's head without a commit, as a fast-forward does. */
  fastForward(branch: string, to: string): void {
    const { head, project } = this.#of(to);
    this.#branches.set(branch, { head, project, own: [] });
  }

  /** Removes a branch; its commits stay where they were merged. */
  remove(branch: string): void {
    this.#branches.delete(branch);
  }

  /** The heads of all branches that are left. */
  heads(): ReadonlyMap<string, number> {
    return new Map([...this.#branches].map(([name, branch]) => [name, branch.head]));
  }

  #of(branch: string): DemoBranch {
    const found = this.#branches.get(branch);
    if (found === undefined) throw new RangeError(`the demo has no branch ${branch}`);
    return found;
  }

  #push(
    branch: string,
    parents: readonly number[],
    subject: string,
    files: ReadonlyMap<string, string | null>,
    author = this.#someone(),
  ): void {
    // most commits follow within hours, some after days
    this.#hour += this.#random() < 0.2 ? 12 + this.#random() * 90 : 0.3 + this.#random() * 14;
    const mark = this.commits.length + 1;
    const writer = DEMO_AUTHORS[author] as DemoAuthor;
    this.commits.push({ mark, branch, parents, author: writer, hour: this.#hour, subject, files });
  }

  #someone(): number {
    const dice = this.#random();
    return dice < 0.38 ? 0 : dice < 0.6 ? 1 : dice < 0.78 ? 2 : dice < 0.9 ? 3 : 4;
  }
}

/** What stands in a source file: not the program, but what was done to it last. */
function sourceText(path: string, revision: number, subject: string): string {
  const comment = path.endsWith(".py") ? "# " : path.endsWith(".csv") ? "name," : "";
  return `${comment}tidecast, ${path}, revision ${revision}\n${comment}${subject}\n`;
}

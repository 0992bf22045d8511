// A seeded random history with every shape that histories have, and the model of what it holds: an oracle for tests.
import type { Sha } from "../../src/domain/model.ts";
import { type FileEdit, FIRST_COMMIT_AT, HistoryBuilder, type Mark } from "./git-history.ts";
import { pick, type Random, seededRandom } from "./seeded-random.ts";

/** A commit of the model. */
export interface ModelCommit {
  readonly sha: Sha;
  readonly parents: readonly Sha[];
  /** every file of the commit: path → content */
  readonly files: ReadonlyMap<string, FileContent>;
  /** seconds since 1970, as written; clocks of the model are sometimes wrong */
  readonly at: number;
  readonly subject: string;
}

/** What a file of the model holds. */
export type FileContent = Exclude<FileEdit, null | { readonly renamedFrom: string }>;

/** What the commits change. */
export interface RandomFiles {
  readonly metrics: readonly string[];
  readonly others: readonly string[];
  content(path: string, random: Random): FileContent;
  /** @returns where a file may move to */
  places(path: string): readonly string[];
}

/** What was built. */
export interface RandomHistory {
  readonly folder: string;
  readonly seed: number;
  /** those that a branch reaches, parents first */
  readonly commits: readonly ModelCommit[];
  /** branch → head */
  readonly heads: ReadonlyMap<string, Sha>;
  /** how often each shape was made */
  readonly shapes: Readonly<Record<Shape, number>>;
}

/** `linear` is an ordinary commit; the others are what makes histories hard. */
export type Shape =
  | "linear"
  | "empty"
  | "branch"
  | "merge"
  | "octopus"
  | "foxtrot"
  | "criss-cross"
  | "fast-forward"
  | "unrelated"
  | "rename"
  | "delete";

/** Weights of the shapes. */
const WEIGHTS: Readonly<Record<Shape, number>> = {
  linear: 50,
  empty: 5,
  branch: 8,
  merge: 10,
  octopus: 2,
  foxtrot: 4,
  "criss-cross": 3,
  "fast-forward": 10,
  unrelated: 2,
  rename: 4,
  delete: 3,
};
/** Branches beside `main` at a time. */
const MAX_BRANCHES = 8;
/** Small objects of objects, in files of one name, and files that hold no figures. */
const SMALL_FILES: RandomFiles = {
  metrics: ["metrics.json", "eval/metrics.json", "runs/a/metrics.json", "dvclive/metrics.json"],
  others: ["README.md", "src/train.py", "src/model.py", "data/notes.txt"],
  content(path, random) {
    if (!path.endsWith(".json")) return `${path} ${random(1_000)}\n`;
    const loss = fraction(random);
    const score = random(20) === 0 ? null : Number((1 - loss / 2).toFixed(4));
    const document = { loss, score, train: { epochs: random(50), seconds: fraction(random) * 100 } };
    return `${JSON.stringify(document)}\n`;
  },
  places: () => [...SMALL_FILES.metrics, ...SMALL_FILES.others],
};

/**
 * Builds a history of at least `commits` commits in a new bare repository at `folder`.
 * @param options.seed the same seed gives the same history, ids included
 */
export async function buildRandomHistory(
  folder: string,
  options: { readonly seed: number; readonly commits: number; readonly files?: RandomFiles },
): Promise<RandomHistory> {
  const builder = new RandomHistoryBuilder(folder, options.seed, options.files ?? SMALL_FILES);
  while (builder.size < options.commits) builder.step();
  return builder.finish();
}

interface Draft {
  readonly mark: Mark;
  readonly parents: readonly Draft[];
  readonly files: ReadonlyMap<string, FileContent>;
  readonly at: number;
  readonly subject: string;
}

class RandomHistoryBuilder {
  readonly #history: HistoryBuilder;
  readonly #random: Random;
  readonly #seed: number;
  readonly #files: RandomFiles;
  readonly #drafts: Draft[] = [];
  readonly #heads = new Map<string, Draft>();
  readonly #shapes = Object.fromEntries(Object.keys(WEIGHTS).map((shape) => [shape, 0])) as Record<Shape, number>;
  #names = 0;

  constructor(folder: string, seed: number, files: RandomFiles) {
    this.#history = new HistoryBuilder(folder);
    this.#random = seededRandom(seed);
    this.#seed = seed;
    this.#files = files;
    this.#commit("main", [], this.#someEdits(new Map(), 4));
  }

  get size(): number {
    return this.#drafts.length;
  }

  step(): void {
    const shape = this.#randomShape();
    if (this.#make(shape)) this.#shapes[shape] += 1;
  }

  async finish(): Promise<RandomHistory> {
    const shaOf = await this.#history.finish();
    const shas = new Map(this.#drafts.map((draft) => [draft, shaOf(draft.mark)]));
    const reachable = ancestorsOf([...this.#heads.values()]);
    const drafts = this.#drafts.filter((draft) => reachable.has(draft));
    const commits = drafts.map((draft) => ({
      sha: shas.get(draft) as Sha,
      parents: draft.parents.map((parent) => shas.get(parent) as Sha),
      files: draft.files,
      at: draft.at,
      subject: draft.subject,
    }));
    const heads = new Map([...this.#heads].map(([name, draft]) => [name, shas.get(draft) as Sha]));
    return { folder: this.#history.folder, seed: this.#seed, commits, heads, shapes: this.#shapes };
  }

  /** @returns whether there was enough to make such a shape from */
  #make(shape: Shape): boolean {
    const branch = pick(this.#random, [...this.#heads.keys()]);
    const head = this.#heads.get(branch) as Draft;
    const others = [...this.#heads].filter(([name, draft]) => name !== branch && draft !== head);
    if (shape === "linear") return this.#commit(branch, [head], this.#someEdits(head.files, 3));
    if (shape === "empty") return this.#commit(branch, [head], new Map());
    if (shape === "rename" || shape === "delete") return this.#move(branch, head, shape === "rename");
    if (shape === "branch") return this.#moveBranch(this.#newName(), pick(this.#random, this.#drafts.slice(-40)));
    if (shape === "unrelated") return this.#commit(this.#newName(), [], this.#someEdits(new Map(), 2));
    if (others.length === 0) return false;
    const [otherName, other] = pick(this.#random, others);
    if (shape === "merge") return this.#merge(branch, [head, other]);
    if (shape === "fast-forward") return ancestorsOf([head]).has(other) && this.#moveBranch(otherName, head);
    if (shape === "octopus") return this.#octopus(branch, head, others);
    if (shape === "foxtrot") {
      // main is merged into the branch, and main then follows: its line turns around
      this.#merge(branch, [head, other]);
      return this.#moveBranch(otherName, this.#heads.get(branch) as Draft);
    }
    this.#merge(branch, [head, other]);
    return this.#merge(otherName, [other, head]);
  }

  #commit(branch: string, parents: readonly Draft[], edits: ReadonlyMap<string, FileEdit>): true {
    const files = new Map(parents[0]?.files);
    for (const [path, edit] of edits) applyEdit(files, path, edit);
    const number = this.#drafts.length;
    const skew = this.#random(20) === 0 ? this.#random(200_000) - 100_000 : 0;
    const at = FIRST_COMMIT_AT + number * 600 + skew;
    const subject = `commit ${number} on ${branch}`;
    const author = pick(this.#random, ["Ada <ada@example.org>", "Grace <grace@example.org>", "José <j@example.org>"]);
    const marks = parents.map(({ mark }) => mark);
    const mark = this.#history.commit({ branch, parents: marks, files: edits, message: `${subject}\n`, at, author });
    const draft = { mark, parents, files, at, subject };
    this.#drafts.push(draft);
    this.#heads.set(branch, draft);
    return true;
  }

  /** The first parent's files, some taken from each other parent, sometimes a new content of its own. */
  #merge(branch: string, parents: readonly Draft[]): true {
    const edits = new Map<string, FileEdit>();
    for (const parent of parents.slice(1)) {
      for (const [path, content] of parent.files) if (this.#random(2) === 0) edits.set(path, content);
    }
    const [first = ""] = this.#files.metrics;
    if (this.#random(5) === 0) edits.set(first, this.#content(first));
    return this.#commit(branch, parents, edits);
  }

  #octopus(branch: string, head: Draft, others: readonly [string, Draft][]): boolean {
    const parents = [...new Set([head, ...others.map(([, draft]) => draft)])].slice(0, 5);
    return parents.length >= 3 && this.#merge(branch, parents);
  }

  #move(branch: string, head: Draft, rename: boolean): boolean {
    const paths = [...head.files.keys()];
    if (paths.length === 0) return false;
    const from = pick(this.#random, paths);
    if (!rename) return this.#commit(branch, [head], new Map([[from, null]]));
    const places = this.#files.places(from).filter((path) => path !== from);
    if (places.length === 0) return false;
    const to = pick(this.#random, places);
    return this.#commit(branch, [head], new Map<string, FileEdit>([[to, { renamedFrom: from }]]));
  }

  #moveBranch(name: string, draft: Draft): true {
    this.#history.branch(name, draft.mark);
    this.#heads.set(name, draft);
    return true;
  }

  #someEdits(files: ReadonlyMap<string, FileContent>, most: number): Map<string, FileEdit> {
    const edits = new Map<string, FileEdit>();
    for (let count = 1 + this.#random(most); count > 0; count -= 1) {
      const path = pick(this.#random, this.#random(3) > 0 ? this.#files.metrics : this.#files.others);
      edits.set(path, this.#random(12) === 0 ? (files.get(path) ?? this.#content(path)) : this.#content(path));
    }
    return edits;
  }

  #content(path: string): FileContent {
    return this.#files.content(path, this.#random);
  }

  #newName(): string {
    this.#names += 1;
    // an old branch's name is taken again when there are enough: its history stays, on no branch
    return this.#heads.size > MAX_BRANCHES ? `topic-${1 + this.#random(MAX_BRANCHES)}` : `topic-${this.#names}`;
  }

  #randomShape(): Shape {
    const entries = Object.entries(WEIGHTS) as [Shape, number][];
    let at = this.#random(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [shape, weight] of entries) {
      at -= weight;
      if (at < 0) return shape;
    }
    return "linear";
  }
}

/** @returns 0 ≤ number < 1, six digits */
function fraction(random: Random): number {
  return random(1_000_000) / 1_000_000;
}

/** These commits and all before them. */
function ancestorsOf(heads: readonly Draft[]): Set<Draft> {
  const seen = new Set<Draft>();
  const waiting = [...heads];
  for (let draft = waiting.pop(); draft; draft = waiting.pop()) {
    if (seen.has(draft)) continue;
    seen.add(draft);
    waiting.push(...draft.parents);
  }
  return seen;
}

function applyEdit(files: Map<string, FileContent>, path: string, edit: FileEdit): void {
  if (edit === null) files.delete(path);
  else if (typeof edit === "string" || Buffer.isBuffer(edit) || !("renamedFrom" in edit)) files.set(path, edit);
  else {
    files.set(path, files.get(edit.renamedFrom) as FileContent);
    files.delete(edit.renamedFrom);
  }
}

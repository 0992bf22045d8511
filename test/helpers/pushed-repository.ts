// A bare repository that people push to in every way there is, by plain git: what syncs are tried on.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FIRST_COMMIT_AT, git, gitBytes, makeBare } from "./git-history.ts";

/** What a commit is made of. */
interface PushedCommit {
  /** ids; default: the branch's head */
  readonly parents?: readonly string[];
  /** by path, on top of the first parent's; null removes one */
  readonly files?: Readonly<Record<string, string | null>>;
  readonly message?: string;
}

/** A remote, and the moves that change its branches. */
export class PushedRepository {
  readonly folder: string;
  #commits = 0;

  /** @param folder a new one: an empty repository is made in it, whose `HEAD` names `main` */
  constructor(folder: string) {
    this.folder = folder;
    makeBare(folder);
  }

  /** Every branch and its head. */
  heads(): Map<string, string> {
    const lines = git(this.folder, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads");
    return new Map(
      lines
        .split("\n")
        .filter(Boolean)
        .map((line) => line.split(" ") as [string, string]),
    );
  }

  /** The head of a branch that is there. */
  head(branch: string): string {
    return this.#looseHead(branch) ?? git(this.folder, "rev-parse", `refs/heads/${branch}`);
  }

  /** What `HEAD` names. */
  headName(): string {
    return readFileSync(join(this.folder, "HEAD"), "utf8")
      .trim()
      .replace(/^ref: refs\/heads\//, "");
  }

  /** Adds a commit with a number of its own in `metrics.json`. @returns its id */
  commit(branch: string, commit: PushedCommit = {}): string {
    return this.commitAll(branch, [commit]);
  }

  /** Adds commits one on top of the other, by one process. @returns the last one's id */
  commitAll(branch: string, all: readonly PushedCommit[]): string {
    const text = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}\n`;
    const lines = all.flatMap(({ parents, files, message }, index) => {
      this.#commits += 1;
      const number = this.#commits;
      const from = parents ?? (index === 0 ? this.#headIfThere(branch) : [`:${index}`]);
      const person = `Ada <ada@example.org> ${FIRST_COMMIT_AT + number * 60} +0000`;
      const edits = Object.entries(files ?? { "metrics.json": `{"loss":${number}}` }).map(([path, content]) =>
        content === null ? `D ${path}\n` : `M 100644 inline ${path}\n${text(content)}`,
      );
      return [
        `reset refs/tidemark-test/new\n\ncommit refs/tidemark-test/new\nmark :${index + 1}\nauthor ${person}\n`,
        `committer ${person}\n`,
        text(message ?? `commit ${number} on ${branch}`),
        ...from.map((sha, place) => `${place === 0 ? "from" : "merge"} ${sha}\n`),
        ...edits,
      ];
    });
    lines.push(`\nreset refs/heads/${branch}\nfrom :${all.length}\n\n`);
    gitBytes(this.folder, ["fast-import", "--quiet", "--force", "--export-marks=new-marks"], lines.join(""));
    const marks = readFileSync(join(this.folder, "new-marks"), "utf8").trim().split("\n");
    const last = marks.find((line) => line.startsWith(`:${all.length} `));
    return last?.split(" ")[1] as string;
  }

  /** Adds so many commits. @returns the last one's id */
  grow(branch: string, count: number): string {
    return this.commitAll(
      branch,
      Array.from({ length: count }, () => ({})),
    );
  }

  /** Merges branches into one, which brings in the first other's `metrics.json` or, so told, nothing. */
  merge(into: string, ...others: readonly string[]): string {
    return this.commit(into, { parents: [into, ...others].map((name) => this.head(name)) });
  }

  /** "Merge main into dev", then main is moved on to dev: an ordinary fast-forward that turns main's line around. */
  foxtrot(main: string, dev: string): void {
    this.merge(dev, main);
    this.move(main, this.head(dev));
  }

  /** Lets a branch name a commit, whatever it named before: a forced push, or a fast-forward, or a new branch. */
  move(branch: string, sha: string): void {
    git(this.folder, "update-ref", `refs/heads/${branch}`, sha);
  }

  /** One commit on `into` with the files of another branch, which is deleted. */
  squash(branch: string, into: string): void {
    const files = { "metrics.json": this.#fileAt(branch) };
    this.commit(into, { files });
    this.remove(branch);
  }

  /** The branch's own commits once more, on top of another branch. */
  rebase(branch: string, onto: string): void {
    const own = git(this.folder, "rev-list", "--reverse", "--first-parent", `${onto}..${branch}`).split("\n");
    let parent = this.head(onto);
    for (const sha of own.filter(Boolean)) {
      const files = { "metrics.json": this.#fileAt(sha) };
      parent = this.commit(branch, { parents: [parent], files });
    }
  }

  remove(...branches: readonly string[]): void {
    for (const branch of branches) git(this.folder, "update-ref", "-d", `refs/heads/${branch}`);
  }

  rename(branch: string, to: string): void {
    const sha = this.head(branch);
    this.remove(branch); // first: `a` and `a/b` cannot be there together
    this.move(to, sha);
  }

  /** Lets `HEAD` name a branch, whether there is one or not. */
  setHead(branch: string): void {
    git(this.folder, "symbolic-ref", "HEAD", `refs/heads/${branch}`);
  }

  tag(name: string, sha: string): void {
    git(this.folder, "tag", "--force", "-a", "-m", name, name, sha);
  }

  /** Deletes every branch. */
  empty(): void {
    this.remove(...this.heads().keys());
  }

  /** What git keeps of a branch in a file of its own, which costs no process; null where it does not. */
  #looseHead(branch: string): string | null {
    try {
      const text = readFileSync(join(this.folder, "refs", "heads", branch), "latin1").trim();
      return /^[0-9a-f]{40}$/.test(text) ? text : null;
    } catch {
      return null; // it is among the packed ones, or not there
    }
  }

  #headIfThere(branch: string): string[] {
    const head = this.#looseHead(branch) ?? this.heads().get(branch);
    return head === undefined ? [] : [head];
  }

  /** Its `metrics.json`, or null. */
  #fileAt(commit: string): string | null {
    const isThere = git(this.folder, "ls-tree", "--name-only", commit, "metrics.json") !== "";
    return isThere ? git(this.folder, "show", `${commit}:metrics.json`) : null;
  }
}

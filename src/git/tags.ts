// The tags of a repository: which commit each name leads to. No tag's objects are fetched.
import type { Sha } from "../domain/model.ts";
import { decodeName } from "./names.ts";
import type { GitRepository } from "./repository.ts";
import { runGit } from "./run.ts";

/** Tags that are known at most: their list is one answer of 2 MB then. More is a notice. */
export const MAX_TAGS = 20_000;
/** Longest name of a tag that is known, in bytes: a longer one fits no index, and nobody reads it. */
const MAX_TAG_BYTES = 1_000;
/** What `for-each-ref` may write for a million tags, in bytes. */
const MAX_TAGS_OUTPUT = 64 * 1024 * 1024;

const PREFIX = Buffer.from("refs/tags/");
const PEELED = Buffer.from("^{}");
const ID = /^[0-9a-f]{40,64}$/;

/** A tag. */
export interface GitTag {
  /** bytes that are not UTF-8 as `\xNN` */
  readonly name: string;
  readonly nameBytes: Buffer;
  /** of the commit at the end of an annotated tag. A remote's may be another object: some tag a file */
  readonly sha: Sha;
}

/** The tags of a repository. */
export interface TagList {
  readonly tags: readonly GitTag[];
  /** whether there are more than MAX_TAGS, or names that are too long */
  readonly truncated: boolean;
}

/** Takes tags as they are told, one after the other, with what an annotated one leads to behind it. */
export class TagCollector {
  /** by the bytes of the name, as latin1 */
  readonly #tags = new Map<string, string>();
  #truncated = false;

  /**
   * Takes one line of `ls-remote`; what is no tag is left.
   * @param ref full name; of the object that an annotated tag leads to with `^{}` behind it
   */
  take(sha: string, ref: Buffer): void {
    if (!ref.subarray(0, PREFIX.length).equals(PREFIX) || !ID.test(sha)) return;
    const isPeeled = ref.subarray(-PEELED.length).equals(PEELED); // no name may hold a ^
    const name = ref.subarray(PREFIX.length, isPeeled ? -PEELED.length : undefined);
    if (name.length > MAX_TAG_BYTES) this.#truncated = true;
    else this.#tags.set(name.toString("latin1"), sha);
  }

  /** @returns the tags; of too many those whose names come last, where new versions mostly stand */
  list(): TagList {
    const all = [...this.#tags];
    const kept = all.length <= MAX_TAGS ? all : all.sort(([a], [b]) => (a < b ? -1 : 1)).slice(-MAX_TAGS);
    const tags = kept.map(([text, sha]): GitTag => {
      const nameBytes = Buffer.from(text, "latin1");
      return { name: decodeName(nameBytes), nameBytes, sha: sha as Sha };
    });
    return { tags, truncated: this.#truncated || all.length > MAX_TAGS };
  }
}

/**
 * Lists a folder's own tags that lead to commits.
 * @throws TidemarkError `repository-corrupt`, `git-failed`
 */
export async function localTags(repository: GitRepository): Promise<TagList> {
  const attempt = "list the tags of";
  const listing = ["for-each-ref", "--format=%(objectname) %(refname)", "refs/tags/"];
  const output = await runGit(repository, listing, { attempt, maxBytes: MAX_TAGS_OUTPUT });
  const collector = new TagCollector();
  for (const line of output.toString("latin1").split("\n")) {
    const blank = line.indexOf(" ");
    collector.take(line.slice(0, blank), Buffer.from(line.slice(blank + 1), "latin1"));
  }
  const { tags, truncated } = collector.list();
  if (tags.length === 0) return { tags, truncated };
  const input = tags.map(({ sha }) => `${sha}^{commit}\n`).join("");
  const answers = await runGit(repository, ["cat-file", "--batch-check=%(objectname)"], { attempt, input });
  const commits = answers.toString("latin1").split("\n");
  const peeled = tags.flatMap((tag, index) => {
    const sha = commits[index] ?? "";
    return ID.test(sha) ? [{ ...tag, sha: sha as Sha }] : [];
  });
  return { tags: peeled, truncated };
}

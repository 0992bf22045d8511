// What a Git repository is to Tidemark: a folder read in place, or a mirror of a remote one.
import type { CheckedRemote } from "../outbound.ts";
import type { Secret } from "../secrets.ts";

/** How large a mirror may become. */
export interface MirrorQuota {
  /** of its objects */
  readonly bytes: number;
  /** the limit in words, with its figure and whose it is */
  readonly wanted: string;
}

/** A repository whose objects can be read. */
export interface GitRepository {
  readonly kind: "mirror" | "local";
  /** absolute; of a linked work tree its own folder below `worktrees/` */
  readonly gitDir: string;
  /** what people call it: the clean URL, or the folder as it was given */
  readonly name: string;
  readonly objectFormat: "sha1" | "sha256";
  /** null for a local folder: nothing is ever fetched into one */
  readonly remote: CheckedRemote | null;
  /** the value of the `Authorization` header for the remote */
  readonly authorization: Secret | null;
  /** whether blobs may be missing and have to be fetched (mirror) or stay missing (a blobless clone of a person) */
  readonly partial: boolean;
  /** whether the history is cut off */
  readonly shallow: boolean;
  /** of a mirror; default `mirrorQuota()` */
  readonly quota?: MirrorQuota | undefined;
}

/** @returns hex digits of an object id in this repository: 40 or 64 */
export function oidLength(repository: Pick<GitRepository, "objectFormat">): number {
  return repository.objectFormat === "sha256" ? 64 : 40;
}

// Our own bare copy of a remote repository: without blobs where the server can, branches only, a cache that may be lost.
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { CheckedRemote } from "../outbound.ts";
import type { Secret } from "../secrets.ts";
import { encodeName } from "./names.ts";
import { fetchHeads, type FetchOptions } from "./fetch-heads.ts";
import { mirrorFolder, removeLeftovers, removeMirror, removeUnfinished, UNFINISHED } from "./mirror-folder.ts";
import { readMirrorSettings } from "./mirror-settings.ts";
import { packRefs } from "./mirror-upkeep.ts";
import { noteUse } from "./mirror-use.ts";
import { requireSafeFetch } from "./program.ts";
import { MIRROR_HEADS } from "./refs.ts";
import { readRemote, type RemoteState } from "./remote.ts";
import type { GitRepository, MirrorQuota } from "./repository.ts";
import { runGit } from "./run.ts";

/** Files that git writes for settings and refs are far smaller, in bytes. */
const SMALL_FILE_BYTES = 64 * 1024 * 1024;

/** The notice on a remote whose history is cut off. */
export const SHALLOW_SERVER = "The server's own copy is shallow: older commits are not there.";

/** Where a mirror is and what it is of. */
export interface MirrorPlace {
  /** folder of all mirrors */
  readonly root: string;
  /** our id of the repository, never its name */
  readonly id: string;
  readonly remote: CheckedRemote;
  readonly authorization?: Secret | null | undefined;
  /** default: `mirrorQuota()` */
  readonly quota?: MirrorQuota | undefined;
  /** whether somebody else may be making the same mirror: who asks has no lease */
  readonly beside?: boolean;
  /** stops asking the remote */
  readonly signal?: AbortSignal;
}

/** The mark of a mirror in which a reader without a lease met damage: whoever has the lease fetches it anew. */
const DAMAGED = "tidemark-damaged";

/** Marks a mirror as damaged. @returns whether this was news */
export async function markDamaged(mirror: GitRepository): Promise<boolean> {
  return writeFile(join(mirror.gitDir, DAMAGED), "", { flag: "wx" }).then(
    () => true,
    () => false,
  );
}

/** Things to know about a mirror that are no failure: sentences for people. */
export type Notices = readonly string[];

/** A mirror as this file knows it: what a fetch can find out changes in place. */
interface Mirror extends GitRepository {
  /** a folder of another name until the first fetch has brought all of it: a mirror under its own name is whole */
  gitDir: string;
  objectFormat: "sha1" | "sha256";
  partial: boolean;
  shallow: boolean;
  readonly place: MirrorPlace;
  /** what the remote said when the mirror was made just now: the first fetch need not ask again */
  news: RemoteState | null;
  /** what the remote said at the last fetch; its tags are never fetched */
  told: RemoteState | null;
}

/**
 * Opens a mirror. Where there is none it begins one, which asks the remote; `fetchMirror()` fills it then.
 * @throws TidemarkError those of `readRemote()` when it has to be made
 */
export async function openMirror(place: MirrorPlace): Promise<GitRepository> {
  const gitDir = mirrorFolder(place);
  const mirror = mirrorAt(gitDir, place);
  if (!place.beside && (await exists(join(gitDir, DAMAGED)))) await removeMirror(place);
  if (!(await exists(join(gitDir, "HEAD")))) {
    await removeMirror(place); // what is left of one is none
    const { authorization = null, signal } = place;
    await createMirror(mirror, await readRemote(place.remote, { authorization, signal }));
    return mirror;
  }
  const { objectFormat, values } = await readMirrorSettings(mirror).catch(throwDamaged);
  mirror.objectFormat = objectFormat;
  mirror.shallow = await exists(join(gitDir, "shallow"));
  mirror.partial = values.get("tidemark.partial") === "true";
  if (values.get("remote.origin.url") !== place.remote.url) await set(mirror, "remote.origin.url", place.remote.url);
  await noteUse(gitDir);
  return mirror;
}

/** @returns whether a mirror has yet to be fetched for the first time */
export function isUnfinished(repository: GitRepository): boolean {
  return repository.gitDir !== mirrorFolder((repository as Mirror).place);
}

/** What is no repository any more, or has settings that git cannot read, is a damaged cache: it can be fetched again. */
function throwDamaged(error: unknown): never {
  if (!isTidemarkError(error, "not-a-repository", "git-failed")) throw error;
  throw new TidemarkError("repository-corrupt", error.parts, { cause: error });
}

/**
 * Brings a mirror up to date: branches only, removed ones go. Only for who holds the repository's lease.
 * @returns what people should know about this mirror
 * @throws TidemarkError those of `readRemote()`, `limit-exceeded` beyond the quota, `repository-corrupt` for objects
 * that git refuses (the mirror is removed then, since they would stay in it)
 */
export async function fetchMirror(repository: GitRepository, options: FetchOptions = {}): Promise<Notices> {
  const mirror = repository as Mirror;
  if (mirror.kind !== "mirror") throw new TypeError("only a mirror is fetched into");
  options.onProgress?.({ phase: "connecting", done: 0, total: null });
  await requireSafeFetch();
  await removeLeftovers(mirror.gitDir);
  const { news } = mirror;
  mirror.news = null;
  try {
    const asked =
      news ?? readRemote(mirror.place.remote, { authorization: mirror.authorization, signal: options.signal });
    const fetched = isUnfinished(mirror) ? fetchAnew(mirror, options) : fetchInto(mirror, options);
    const [state] = await bothOrNeither(Promise.resolve(asked), fetched);
    mirror.told = state;
    await followHead(mirror, state);
    if (news !== null) await packRefs(mirror);
    mirror.shallow = await exists(join(mirror.gitDir, "shallow"));
    if (isUnfinished(mirror)) await finish(mirror);
  } catch (error) {
    if (isUnfinished(mirror)) await rm(mirror.gitDir, { recursive: true, force: true });
    throw error;
  }
  return noticesOf(mirror, await exists(join(mirror.gitDir, "head")));
}

/** @returns what the remote said at the last `fetchMirror()` of this very object; null before the first */
export function remoteAtFetch(repository: GitRepository): RemoteState | null {
  return (repository as Mirror).told;
}

async function createMirror(mirror: Mirror, state: RemoteState): Promise<void> {
  const { root, id, beside = false } = mirror.place;
  await mkdir(root, { recursive: true, mode: 0o700 });
  await removeUnfinished(root);
  const own = `${id}-${beside ? "beside" : "leased"}-`;
  if (!beside) await removeUnfinished(root, own, 0); // nobody else has the lease
  const folder = await mkdtemp(join(root, `${UNFINISHED}${own}`));
  try {
    const attempt = "make the mirror of";
    const init = ["init", "--quiet", "--bare", "--template=", `--object-format=${state.objectFormat}`, "--", folder];
    await runGit(null, init, { attempt, fileBytes: SMALL_FILE_BYTES });
    mirror.objectFormat = state.objectFormat;
    mirror.partial = state.canFilter;
    mirror.news = state;
    mirror.gitDir = folder;
    await set(mirror, "remote.origin.url", mirror.place.remote.url);
    await set(mirror, "tidemark.partial", String(state.canFilter));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Gives a mirror its name. Of two that were made at once, that of the lease's holder stays. */
async function finish(mirror: Mirror): Promise<void> {
  const gitDir = mirrorFolder(mirror.place);
  const unfinished = mirror.gitDir;
  const moved = await rename(unfinished, gitDir).then(
    () => true,
    async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      if (!mirror.place.beside) await removeMirror(mirror.place);
      return false;
    },
  );
  if (!moved && mirror.place.beside) await rm(unfinished, { recursive: true, force: true });
  else if (!moved) await rename(unfinished, gitDir);
  mirror.gitDir = gitDir;
}

/** The first fetch: all of the history, and no files of it. */
async function fetchAnew(mirror: Mirror, { onProgress, signal }: FetchOptions): Promise<void> {
  await fetchHeads(mirror, mirror.place, { onProgress, signal });
}

async function fetchInto(mirror: Mirror, options: FetchOptions): Promise<void> {
  try {
    await fetchHeads(mirror, mirror.place, options);
  } catch (error) {
    // Nothing is in quarantine: malformed objects would stay, and a second fetch would find them there and succeed.
    if (isTidemarkError(error, "repository-corrupt")) await removeMirror(mirror.place);
    throw error;
  }
}

/** Lets the mirror's `HEAD` name the branch that the remote's names. Its bytes fit into no argument, so no git here. */
async function followHead(mirror: Mirror, state: RemoteState): Promise<void> {
  const name = state.head !== null && state.heads.has(state.head) ? state.head : "main";
  const file = join(mirror.gitDir, "HEAD");
  const line = Buffer.concat([Buffer.from(`ref: ${MIRROR_HEADS}`), encodeName(name), Buffer.from("\n")]);
  if (line.equals(await readFile(file))) return;
  await writeFile(`${file}.new`, line);
  await rename(`${file}.new`, file);
}

/** @param foldsCase whether the file system takes `head` for `HEAD` */
function noticesOf(mirror: Mirror, foldsCase: boolean): string[] {
  const notices: string[] = [];
  if (!mirror.partial) {
    notices.push("The server cannot leave out file contents (partial clone), so all of the history was fetched.");
  }
  if (foldsCase) {
    notices.push("The disk does not tell upper from lower case: of branches that differ only in that, one is missing.");
  }
  if (mirror.shallow) notices.push(SHALLOW_SERVER);
  return notices;
}

function mirrorAt(gitDir: string, place: MirrorPlace): Mirror {
  return {
    kind: "mirror",
    gitDir,
    name: place.remote.url,
    objectFormat: "sha1",
    remote: place.remote,
    authorization: place.authorization ?? null,
    partial: false,
    shallow: false,
    quota: place.quota,
    place,
    news: null,
    told: null,
  };
}

async function set(mirror: Mirror, name: string, value: string): Promise<void> {
  const args = ["config", "--local", name, value];
  await runGit(mirror, args, { attempt: "set up the mirror of", fileBytes: SMALL_FILE_BYTES });
}

/** Waits for both even when one fails, so that nothing is still at work in the mirror afterwards. */
async function bothOrNeither<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const results = await Promise.allSettled([one, other]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return [(results[0] as PromiseFulfilledResult<A>).value, (results[1] as PromiseFulfilledResult<B>).value];
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

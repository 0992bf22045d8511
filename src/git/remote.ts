// Asks a remote what it is: whether it can be read, its branches' heads, its tags, what its protocol can do.
import type { Sha } from "../domain/model.ts";
import type { Secret } from "../secrets.ts";
import { decodeName } from "./names.ts";
import { requireSafeFetch } from "./program.ts";
import { TidemarkError } from "../errors.ts";
import type { CheckedRemote } from "../outbound.ts";
import { type GitCall, runGit } from "./run.ts";
import { TagCollector, type TagList } from "./tags.ts";

/** A remote's answer may be this long, in bytes: 500,000 refs. */
const MAX_REMOTE_BYTES = 32 * 1024 * 1024;
/** `ls-remote` ends after this, in milliseconds: it is asked while somebody waits. */
const REMOTE_TIMEOUT_MS = 60_000;

/** The refs of a remote. */
export interface RemoteRefs {
  /** short names of its branches and their heads */
  readonly heads: ReadonlyMap<string, Sha>;
  readonly tags: TagList;
  /** the branch that its `HEAD` names, or null */
  readonly head: string | null;
}

/** What a remote says of itself. */
export interface RemoteState extends RemoteRefs {
  readonly objectFormat: "sha1" | "sha256";
  /** whether it speaks version 2 and can leave out blobs, so that a blobless mirror works */
  readonly canFilter: boolean;
}

/**
 * Asks a remote for its refs. Nothing is stored.
 * @throws TidemarkError `access-denied`, `not-a-repository`, `remote-unreachable`, `git-timeout`, `host-not-found`
 */
export async function readRemote(
  remote: CheckedRemote,
  options: { authorization?: Secret | null; signal?: AbortSignal | undefined } = {},
): Promise<RemoteState> {
  const capabilities = new CapabilityListener();
  const { heads, tags, head } = await listRemote(remote, {
    ...options,
    tracePackets: true,
    onStderr: (text) => capabilities.hear(text),
  });
  if (!capabilities.heard) throw notSmart(remote);
  const sha256 = capabilities.objectFormat === "sha256" || [...heads.values()].some((sha) => sha.length === 64);
  return { heads, tags, head, objectFormat: sha256 ? "sha256" : "sha1", canFilter: capabilities.canFilter };
}

/**
 * Asks a remote for its refs and nothing else: half the work of `readRemote()` where there are many.
 * @throws TidemarkError those of `readRemote()`
 */
export async function readRemoteRefs(
  remote: CheckedRemote,
  options: { authorization?: Secret | null; signal?: AbortSignal | undefined } = {},
): Promise<RemoteRefs> {
  const refs = await listRemote(remote, options);
  // to git a web page is an old kind of server without a ref: whether it speaks the protocol is looked at then
  return refs.heads.size === 0 ? readRemote(remote, options) : refs;
}

async function listRemote(
  remote: CheckedRemote,
  options: Pick<GitCall, "authorization" | "signal" | "tracePackets" | "onStderr">,
): Promise<RemoteRefs> {
  await requireSafeFetch();
  const output = await runGit(null, ["ls-remote", "--symref", "--end-of-options", remote.url], {
    ...options,
    attempt: "read the branches of",
    network: remote,
    timeoutMs: REMOTE_TIMEOUT_MS,
    maxBytes: MAX_REMOTE_BYTES,
  });
  const heads = new Map<string, Sha>();
  const tags = new TagCollector();
  let head: string | null = null;
  for (const line of output.toString("latin1").split("\n")) {
    const tab = line.indexOf("\t");
    const name = Buffer.from(line.slice(tab + 1), "latin1");
    if (line.startsWith("ref: refs/heads/") && line.endsWith("\tHEAD")) {
      head = decodeName(Buffer.from(line.slice("ref: refs/heads/".length, tab), "latin1"));
    } else if (name.subarray(0, 11).equals(HEADS)) {
      heads.set(decodeName(name.subarray(11)), line.slice(0, tab) as Sha);
    } else tags.take(line.slice(0, tab), name);
  }
  return { heads, tags: tags.list(), head };
}

function notSmart(remote: CheckedRemote): TidemarkError {
  const parts = { found: "an answer that is not Git's", wanted: "the address of a Git repository" };
  return new TidemarkError("not-a-repository", { attempt: "read the branches of", value: remote.url, ...parts });
}

const HEADS = Buffer.from("refs/heads/");
/** The greeting is over long before this many characters of trace. */
const MAX_GREETING = 64 * 1024;

/**
 * Reads a server's greeting in git's packet trace: `version 2`, `fetch=shallow filter`, `object-format=sha1`. What stands
 * before a word has a greatest length: a hostile line would be gone over from each of its places.
 */
class CapabilityListener {
  #text = "";

  hear(text: string): void {
    if (this.#text.length < MAX_GREETING) this.#text += text;
  }

  /** whether the server spoke the protocol at all, and did not just hand out files */
  get heard(): boolean {
    // over SSH the first version greets with the first ref and what it can do
    const greeting = /packet: +\S+< (?:version [12]|# service=git-upload-pack|[0-9a-f]{40,64} [^ ]{1,2000}\\0)/;
    return greeting.test(this.#text);
  }

  get canFilter(): boolean {
    return /packet: +\S+< version 2$/m.test(this.#text) && /packet: +\S+< fetch=.{0,500}\bfilter\b/.test(this.#text);
  }

  get objectFormat(): string | null {
    return /packet: +\S+< (?:.{0,2000} )?object-format=(\w+)/.exec(this.#text)?.[1] ?? null;
  }
}

// Lists commits, and says of each what Git knows: parents, people, times, subject.
import type { CommitFacts, Sha, Signature } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { CommitGraph, CommitGraphBuilder } from "./commit-graph.ts";
import { clampedTime } from "./refs.ts";
import { encodeName } from "./names.ts";
import type { GitRepository } from "./repository.ts";
import { oidLength } from "./repository.ts";
import { PLAIN_LOG, runGit, streamGit } from "./run.ts";

/** Which commits to list. */
export interface CommitQuery {
  readonly tips: readonly Sha[];
  /** commits known already: they and all before them are left out; unknown ones are ignored */
  readonly exclude?: readonly Sha[];
  /** follow first parents only */
  readonly firstParent?: boolean;
  /** the newest so many only */
  readonly limit?: number;
  /** those only that changed one of these files, each standing on the one of them below it; without line breaks in names */
  readonly paths?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Characters of a subject that are kept. */
const MAX_SUBJECT_LENGTH = 1_024;
/** Characters of a name or an e-mail address that are kept. */
const MAX_NAME_LENGTH = 256;
/** Commits that one `git log` is asked for: it reads all ids before it answers, and holds them. */
const FACTS_PER_PROCESS = 20_000;
/** Bytes of a field that are looked at, more than is kept of any: a message of 64 MiB is no subject. */
const MAX_FIELD_BYTES = 8 * 1024;
/** A list of parents is never cut, but may not grow beyond this, in bytes. */
const MAX_PARENTS_BYTES = 64 * 1024 * 1024;
/** Bytes that git may write for a commit, on average, and texts are still kept as slices of them. */
const SHORT_FACTS_BYTES = 2 * 1024;

/**
 * Lists commits, parents first and among siblings by date.
 * @throws TidemarkError `repository-corrupt` when a tip is not there
 */
export async function listCommits(repository: GitRepository, query: CommitQuery): Promise<CommitGraph> {
  const attempt = "read the commits of"; // as readFacts() says, which runs beside it: whichever meets a fault first
  const hex = oidLength(repository);
  const builder = new CommitGraphBuilder(hex / 2);
  if (query.tips.length === 0) return CommitGraph.from(builder);
  const args = ["rev-list", "--reverse", "--parents"];
  // one line has one order, and asking for it by date would walk the whole history for its newest commits
  const isLine = query.firstParent === true && query.tips.length === 1;
  if (!isLine) args.push("--date-order");
  if (query.exclude?.length) args.push("--ignore-missing"); // before --stdin, which is read where it stands
  if (query.firstParent) args.push("--first-parent");
  if (query.limit !== undefined) args.push(`--max-count=${query.limit}`);
  const commits = `${query.tips.join("\n")}\n${(query.exclude ?? []).map((sha) => `^${sha}\n`).join("")}`;
  const paths = (query.paths ?? []).flatMap((path) => [encodeName(path), Buffer.from("\n")]);
  const input = paths.length === 0 ? commits : Buffer.concat([Buffer.from(`${commits}--\n`), ...paths]);
  const { stdout } = streamGit(repository, [...args, "--stdin"], { attempt, input, signal: query.signal });
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stdout) {
    const text = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    rest = text.subarray(addLines(builder, text, hex));
  }
  const graph = CommitGraph.from(builder);
  const unseen = query.exclude?.length ? query.tips.filter((sha) => graph.indexOf(sha) === -1) : [];
  if (unseen.length > 0) await requireCommits(repository, unseen, attempt);
  return graph;
}

/** @returns whether one of these commits has a parent; those that are not there do not count */
export async function haveParents(repository: GitRepository, shas: readonly Sha[]): Promise<boolean> {
  if (shas.length === 0) return false;
  const args = ["rev-list", "--no-walk=unsorted", "--parents", "--ignore-missing", "--stdin"];
  const input = `${shas.join("\n")}\n`;
  const output = await runGit(repository, args, { attempt: "look below the commits of", input });
  return output.includes(" ");
}

/** @returns those of some ids that are commits of the repository; what is no id of its kind counts as missing */
export async function presentCommits(repository: GitRepository, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const plausible = ids.filter((id) => id.length === oidLength(repository) && /^[0-9a-f]+$/.test(id));
  if (plausible.length === 0) return new Set();
  const input = plausible.map((id) => `${id}^{commit}\n`).join("");
  const args = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
  const output = await runGit(repository, args, { attempt: "look for the commits of", input });
  const found = new Set(output.toString("latin1").split("\n"));
  return new Set(plausible.filter((id) => found.has(`${id} commit`)));
}

/**
 * @returns whether one of these commits has a parent by its own words, also where the clone is cut off at it; those that
 *   are not there do not count
 */
export async function nameParents(repository: GitRepository, shas: readonly Sha[]): Promise<boolean> {
  if (shas.length === 0) return false;
  const args = ["rev-list", "--no-walk=unsorted", "--pretty=raw", "--ignore-missing", "--stdin"];
  const input = `${shas.join("\n")}\n`;
  const output = await runGit(repository, args, { attempt: "look below the commits of", input });
  return output.includes("\nparent "); // lines of messages are indented
}

/** Ignoring unknown excluded commits makes git ignore unknown tips too. */
async function requireCommits(repository: GitRepository, shas: readonly Sha[], attempt: string): Promise<void> {
  const input = `${shas.join("\n")}\n`;
  await runGit(repository, ["rev-list", "--no-walk", "--stdin"], { attempt, input });
}

/** Adds whole lines `<id>[ <parent>…]`. @returns where the first unfinished line begins */
function addLines(builder: CommitGraphBuilder, text: Buffer, hex: number): number {
  let start = 0;
  for (let end = text.indexOf(10); end !== -1; end = text.indexOf(10, start)) {
    const id = Buffer.from(text.toString("latin1", start, start + hex), "hex");
    const hasParent = end > start + hex;
    const parent = hasParent
      ? Buffer.from(text.toString("latin1", start + hex + 1, start + hex + 1 + hex), "hex")
      : null;
    builder.add(id, parent);
    start = end + 1;
  }
  return start;
}

/** Fields of one commit in the output of `git log -z`, each ended by NUL; none of them can hold one. */
const FACT_FIELDS = ["%H", "%P", "%at", "%ad", "%ct", "%cd", "%an", "%ae", "%cn", "%ce", "%s"] as const;
const FACT_FORMAT = FACT_FIELDS.join("%x00");
/** What makes `git log` tell of the commits that it is given, and of no others. */
const THESE = ["--no-walk=unsorted"];

/**
 * Reads what Git says of commits, in the order asked; one asked for twice in a row of `FACTS_PER_PROCESS` comes once.
 * @throws TidemarkError `repository-corrupt` when one is not there
 */
export async function* readFacts(
  repository: GitRepository,
  shas: Iterable<Sha>,
  signal?: AbortSignal,
): AsyncGenerator<CommitFacts> {
  for await (const piece of readFactPieces(repository, shas, signal)) yield* piece;
}

/** The same, as many commits at a time as git writes at once: a step for each of them would cost more than its facts. */
export async function* readFactPieces(
  repository: GitRepository,
  shas: Iterable<Sha>,
  signal?: AbortSignal,
): AsyncGenerator<readonly CommitFacts[]> {
  let chunk: Sha[] = [];
  for (const sha of shas) {
    chunk.push(sha);
    if (chunk.length < FACTS_PER_PROCESS) continue;
    yield* readPiecesOf(repository, chunk, THESE, signal);
    chunk = [];
  }
  if (chunk.length > 0) yield* readPiecesOf(repository, chunk, THESE, signal);
}

/**
 * Reads the newest commits of the first-parent line of a commit: what there is, and what Git says of it, in one process.
 * @returns the facts newest first
 * @throws TidemarkError `repository-corrupt` when the commit is not there
 */
export async function readLine(
  repository: GitRepository,
  { tip, limit, signal }: { readonly tip: Sha; readonly limit: number; readonly signal?: AbortSignal },
): Promise<{ readonly graph: CommitGraph; readonly facts: readonly CommitFacts[] }> {
  const facts: CommitFacts[] = [];
  const walk = ["--first-parent", `--max-count=${limit}`];
  for await (const piece of readPiecesOf(repository, [tip], walk, signal)) facts.push(...piece);
  const commits = facts.toReversed().map(({ sha, parents }) => ({ sha, firstParent: parents[0] ?? null }));
  return { graph: CommitGraph.of(commits, oidLength(repository) / 2), facts };
}

async function* readPiecesOf(
  repository: GitRepository,
  shas: readonly Sha[],
  walk: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<readonly CommitFacts[]> {
  const attempt = "read the commits of";
  const args = ["log", ...walk, "--stdin", "-z", `--format=${FACT_FORMAT}`, "--date=raw", ...PLAIN_LOG];
  const { stdout } = streamGit(repository, args, { attempt, input: `${shas.join("\n")}\n`, signal });
  const now = Date.now();
  let rest: Buffer = Buffer.alloc(0);
  let fields: string[] = [];
  for await (const chunk of stdout) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.lastIndexOf(0);
    if (end >= 0) fields.push(...bytes.toString("utf8", 0, end).split("\0")); // what is not UTF-8 becomes U+FFFD
    const piece: CommitFacts[] = [];
    let at = 0;
    for (; at + FACT_FIELDS.length <= fields.length; at += FACT_FIELDS.length) piece.push(factsOf(fields, at, now));
    fields = fields.slice(at);
    const isParents = FACT_FIELDS[fields.length] === "%P";
    rest = bytes.subarray(end + 1, isParents ? bytes.length : end + 1 + MAX_FIELD_BYTES);
    if (rest.length > MAX_PARENTS_BYTES) throw tooLong(repository, attempt, rest.length);
    // a slice holds on to all that it was cut from
    const isShort = bytes.length <= piece.length * SHORT_FACTS_BYTES;
    if (piece.length > 0) yield isShort ? piece : structuredClone(piece);
  }
  if (rest.length > 0 || fields.length > 0) throw new Error("git log ended in the middle of a commit");
}

/** The facts whose fields begin at `at`. */
function factsOf(fields: readonly string[], at: number, now: number): CommitFacts {
  const field = (name: (typeof FACT_FIELDS)[number]): string => fields[at + FACT_FIELDS.indexOf(name)] as string;
  const parents = field("%P");
  return {
    sha: field("%H") as Sha,
    parents: parents === "" ? [] : (parents.split(" ") as Sha[]),
    author: signatureOf(field("%an"), field("%ae"), field("%ad"), field("%at"), now),
    committer: signatureOf(field("%cn"), field("%ce"), field("%cd"), field("%ct"), now),
    subject: cut(field("%s"), MAX_SUBJECT_LENGTH),
  };
}

function signatureOf(name: string, email: string, written: string, seconds: string, now: number): Signature {
  return {
    name: cut(name, MAX_NAME_LENGTH),
    email: cut(email, MAX_NAME_LENGTH),
    // the seconds as written; beside the zone git writes 0 for what it cannot hold
    written: seconds === "" ? "" : `${seconds} ${written.split(" ")[1] ?? "+0000"}`,
    at: clampedTime(seconds, now),
  };
}

/** Shortens a text without halving a character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most);
}

function tooLong(repository: GitRepository, attempt: string, found: number): TidemarkError {
  const parts = { found: `a list of parents of ${found} bytes`, wanted: `at most ${MAX_PARENTS_BYTES} bytes` };
  return new TidemarkError("limit-exceeded", { attempt, value: repository.name, ...parts });
}

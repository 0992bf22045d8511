// The text of a page's rows: picked values go from Postgres' text to the answer's text without being parsed.
import type { PageCommit, PageFile, PageRows } from "../store/commit-page.ts";
import type { RemovedFile } from "../store/removed-files.ts";
import type { KnownPick, PagePlan } from "./page-plan.ts";
import { apiText, isPlain } from "./value-text.ts";
import { writtenTime } from "./written-time.ts";

/** A file version of the page: which of the columns it fills, and with what. */
interface FilledFile {
  readonly path: string;
  /** it has values, if perhaps none of the columns' */
  readonly readable: boolean;
  readonly columns: readonly number[];
  /** beside the columns: JSON texts */
  readonly texts: readonly string[];
  /** all columns of the page as one JSON text, where nothing is to be changed: then `texts` is empty */
  readonly whole: string | null;
}

/** The commit that all rows of a page are compared with: its own files, as they are. */
export interface PinnedCommit {
  readonly sha: string;
  readonly position: number;
  readonly files: readonly number[];
}

/** What the rows of one page share. */
export interface RowContext {
  readonly plan: PagePlan;
  readonly rows: PageRows;
  /** by number: the files at the paths of the page's columns */
  readonly files: ReadonlyMap<string, FilledFile>;
  /** sha by position, of all commits of the page and other baselines */
  readonly shas: ReadonlyMap<string, string>;
  /** by position: the files that a commit removed, where it did */
  readonly removed: ReadonlyMap<string, readonly RemovedFile[]>;
  /** null: each row is compared with its own baseline */
  readonly pinned: PinnedCommit | null;
  /** "[…]" by list of files: one commit's values are the next one's baseline */
  readonly values: Map<string, string>;
  /** "[false,false …]" */
  readonly noBest: string;
}

const SHA = /[0-9a-f]{40,64}/g;

/** @returns the numbers of a Postgres array's text, "NULL" where there is none */
export function numbersOf(text: string): string[] {
  return text === "{}" ? [] : text.slice(1, -1).split(",");
}

/** @returns whether these are all columns of the page, in its order */
function isWhole(plan: PagePlan, columns: readonly number[]): boolean {
  return columns.length === plan.columns.length && columns.every((column, i) => column === i);
}

function filledFile(
  plan: PagePlan,
  { path, shape }: PageFile,
  pick: KnownPick | undefined,
  picked: string | null,
): FilledFile {
  const named = { path, readable: shape !== null };
  if (pick === undefined || picked === null || pick.columns.length === 0) {
    return { ...named, columns: [], texts: [], whole: null };
  }
  const { columns } = pick;
  const plain = isPlain(picked);
  if (plain && isWhole(plan, columns)) {
    return { ...named, columns, texts: [], whole: `[${picked.replaceAll("\n", ",")}]` };
  }
  const texts = picked.split("\n");
  if (!plain)
    columns.forEach((column, i) => (texts[i] = apiText(texts[i] ?? "null", plan.columns[column]?.kind ?? "mixed")));
  return { ...named, columns, texts, whole: null };
}

/**
 * Prepares a page's rows.
 * @param pickOf where the shape of a file at a path keeps the page's columns
 * @param more texts of files whose shape the page's statement did not know, what commits removed, what all are compared with
 */
export function rowContext(
  plan: PagePlan,
  rows: PageRows,
  pickOf: (path: string, shape: string) => KnownPick | undefined,
  more: { readonly values: ReadonlyMap<string, string> } & Pick<RowContext, "removed" | "pinned">,
): RowContext {
  const files = new Map<string, FilledFile>();
  for (const file of rows.files) {
    const pick = file.shape === null ? undefined : pickOf(file.path, file.shape);
    files.set(file.number, filledFile(plan, file, pick, file.picked ?? more.values.get(file.number) ?? null));
  }
  const shas = new Map(rows.baselines);
  for (const commit of rows.commits) shas.set(commit.position, commit.sha);
  // what the last row removed may have its baseline below the row after it
  const [parent] = rows.commits.at(-1)?.parents.match(SHA) ?? [];
  if (parent !== undefined) shas.set(rows.commits.at(-1)?.firstParent ?? "", parent);
  const noBest = `[${plan.columns.map(() => "false").join(",")}]`;
  return { plan, rows, files, shas, removed: more.removed, pinned: more.pinned, values: new Map(), noBest };
}

function valuesText(context: RowContext, list: string): string {
  const known = context.values.get(list);
  if (known !== undefined) return known;
  const texts = context.plan.columns.map(() => "null");
  let text: string | null = null;
  for (const number of numbersOf(list)) {
    const file = context.files.get(number);
    text ??= file?.whole ?? null;
    file?.texts.forEach((value, i) => {
      texts[file.columns[i] as number] = value;
    });
  }
  text ??= `[${texts.join(",")}]`;
  context.values.set(list, text);
  return text;
}

/**
 * The commit that a row is compared with: the nearest that any of its shown files has its baseline at; files whose
 * baseline is an older one are listed.
 */
function baselineText(context: RowContext, commit: PageCommit, parent: string | undefined): string {
  if (context.pinned !== null) return `{"sha":"${context.pinned.sha}","reason":"pinned","except":[]}`;
  const positions = numbersOf(commit.baselinePositions);
  const numbers = numbersOf(commit.baselineFiles);
  let nearest = -1;
  let several = false;
  for (let i = 0; i < numbers.length; i++) {
    if (!context.files.has(numbers[i] as string)) continue;
    const position = Number(positions[i]);
    several ||= nearest !== -1 && position !== nearest;
    nearest = Math.max(nearest, position);
  }
  if (nearest === -1) return "null";
  const shaAt = (position: string): string | undefined =>
    position === commit.firstParent ? parent : context.shas.get(position);
  const sha = shaAt(String(nearest)) ?? "";
  const reason = String(nearest) === commit.firstParent ? "first-parent" : "nearest-readable";
  if (!several) return `{"sha":"${sha}","reason":"${reason}","except":[]}`;
  const except = numbers.flatMap((number, i) => {
    const file = context.files.get(number);
    const position = positions[i] as string;
    return file === undefined || Number(position) === nearest ? [] : [{ path: file.path, sha: shaAt(position) ?? "" }];
  });
  return `{"sha":"${sha}","reason":"${reason}","except":${JSON.stringify(except)}}`;
}

function bestText({ plan, noBest }: RowContext, position: string): string {
  const columns = plan.bests.get(position);
  return columns === undefined ? noBest : JSON.stringify(plan.columns.map((_, index) => columns.includes(index)));
}

/** A file that is gone is compared as one that is there: it has a baseline and no value. */
function withRemoved(commit: PageCommit, removed: readonly RemovedFile[]): PageCommit {
  const add = (list: string, more: readonly (number | null)[]): string =>
    `{${[...numbersOf(list), ...more.map((number) => number ?? "NULL")].join(",")}}`;
  return {
    ...commit,
    baselineFiles: add(
      commit.baselineFiles,
      removed.map((file) => file.baselineFile),
    ),
    baselinePositions: add(
      commit.baselinePositions,
      removed.map((file) => file.baselinePosition),
    ),
  };
}

/** A row beside the pinned commit: path by path, and what that commit has besides. */
function besidePinned({ files }: RowContext, commit: PageCommit, pinned: PinnedCommit): PageCommit {
  const byPath = new Map(pinned.files.map((number) => [files.get(String(number))?.path, String(number)]));
  const beside = numbersOf(commit.files).map((number) => {
    const path = files.get(number)?.path;
    const base = path === undefined ? undefined : byPath.get(path);
    byPath.delete(path);
    return base ?? "NULL";
  });
  byPath.delete(undefined);
  return { ...commit, baselineFiles: `{${[...beside, ...byPath.values()].join(",")}}` };
}

const NULLS = /\bnull\b/;

/** @returns the columns that a file version has a value in */
function filledColumns({ columns, texts, whole }: FilledFile): number[] {
  if (whole !== null && !NULLS.test(whole)) return [...columns];
  // a whole text is plain: no comma in it belongs to a value
  const all = whole === null ? texts : whole.slice(1, -1).split(",");
  return columns.filter((_, i) => all[i] !== "null");
}

/** Whether nobody knows if a commit has the file at a path: it was one of too many. */
function isUnread({ unreadFrom }: PageCommit, path: string): boolean {
  return unreadFrom !== null && path >= unreadFrom;
}

/**
 * Columns whose value is gone: the file is removed or readable without it. Where it could not be read, nobody knows; where
 * it was away since its baseline, what it does not bring back was gone already.
 * @param commit those that it removed come behind its files among its baselines
 * @param removed beside these
 */
function goneText(
  { files, pinned }: RowContext,
  commit: PageCommit,
  removed: readonly Pick<RemovedFile, "returned">[],
): string {
  const { files: list, baselineFiles } = commit;
  if (list === baselineFiles) return "[]";
  const numbers = numbersOf(list);
  const returned = new Set(pinned === null ? numbersOf(commit.returnedFiles) : []);
  const gone = numbersOf(baselineFiles).flatMap((number, i) => {
    const before = number === numbers[i] ? undefined : files.get(number);
    const now = files.get(numbers[i] ?? "");
    if (before === undefined || now?.readable === false || returned.has(numbers[i] ?? "")) return [];
    if (now === undefined && (isUnread(commit, before.path) || removed[i - numbers.length]?.returned === true))
      return [];
    const filled = new Set(now === undefined ? [] : filledColumns(now));
    return filledColumns(before).filter((column) => !filled.has(column));
  });
  return `[${gone.sort((a, b) => a - b).join(",")}]`;
}

function unreachableText({ unreachableSince }: PageCommit): string {
  if (unreachableSince === null) return "";
  return `,"unreachableSince":"${new Date(Number(unreachableSince) * 1_000).toISOString()}"`;
}

/** @returns one row of the page, JSON */
export function commitText(context: RowContext, row: PageCommit): string {
  const removed = context.removed.get(row.position) ?? [];
  const { pinned } = context;
  const own = removed.length === 0 || pinned !== null ? row : withRemoved(row, removed);
  const commit = pinned === null ? own : besidePinned(context, row, pinned);
  const parents = commit.parents.match(SHA) ?? [];
  const branch = context.plan.byNumber.get(Number(commit.line));
  const parentsText = parents.length === 0 ? "[]" : `["${parents.join('","')}"]`;
  const authoredAt = writtenTime(commit.authored, Number(commit.authoredAt));
  const same = commit.committed === commit.authored && commit.committedAt === commit.authoredAt;
  const committedAt = same ? authoredAt : writtenTime(commit.committed, Number(commit.committedAt));
  return (
    `{"sha":"${commit.sha}","parents":${parentsText},"author":{"name":${JSON.stringify(commit.authorName)}},` +
    `"authoredAt":"${authoredAt}","committedAt":"${committedAt}",` +
    `"subject":${JSON.stringify(commit.subject)},"position":${commit.position},"ordinal":${commit.ordinal},` +
    `"branches":${branch === undefined ? "[]" : JSON.stringify([branch.name])},` +
    `"values":${valuesText(context, commit.files)},"baseline":${baselineText(context, commit, parents[0])},` +
    `"baselineValues":${valuesText(context, commit.baselineFiles)},"gone":${goneText(context, commit, pinned === null ? removed : [])},` +
    `"removed":${JSON.stringify(removed.map((file) => file.path))},"best":${bestText(context, commit.position)},` +
    `"warnings":${commit.warnings ?? "[]"}${unreachableText(commit)}}`
  );
}

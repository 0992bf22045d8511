// Writes the next migration from the difference between the schema and the migrations; drizzle-kit finds the difference.
import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Hint, MissingHint, MissingHintsError } from "drizzle-kit/api-postgres";
import { TidemarkError } from "../errors.ts";
import { migrationLabel, readMigrations } from "./migrations.ts";

/** What is asked for. */
export interface RevisionRequest {
  /** what it does: "Init database" becomes init_database */
  readonly message: string;
  /** false: empty files, for what the schema cannot express */
  readonly autogenerate: boolean;
  /** drizzle-kit's answers about renames, where it asks */
  readonly hintsFile?: string | undefined;
  /** the folder with drizzle.config.ts and migrations/; this project's unless a test says otherwise */
  readonly root?: string;
}

/** What was written. */
export interface Revision {
  /** "0003_add_tags" */
  readonly label: string;
  readonly folder: string;
  /** statements forward and back */
  readonly up: readonly string[];
  readonly down: readonly string[];
}

type Answer =
  | { readonly status: "ok"; readonly migration_path?: string }
  | { readonly status: "no_changes" }
  | { readonly status: "missing_hints"; readonly unresolved: readonly MissingHint[] }
  | { readonly status: "error"; readonly error: { readonly code: string } };

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BREAKPOINT = "--> statement-breakpoint";
const HINT_EXAMPLE = '[{"type":"rename","kind":"column","from":["public","t","a"],"to":["public","t","b"]}]';
/** Longest name made of a message, in characters. */
const MAX_NAME_LENGTH = 60;

function failed(value: string, found: string, wanted: string, cause?: unknown): TidemarkError {
  return new TidemarkError("migration", { attempt: "write the migration", value, found, wanted }, { cause });
}

/** @returns "init_database" for "Init database". @throws TidemarkError `bad-argument` where nothing is left */
function nameOf(message: string): string {
  const name = message
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, MAX_NAME_LENGTH)
    .replace(/^_|_$/g, "");
  if (name !== "") return name;
  throw new TidemarkError("bad-argument", {
    attempt: "name the migration",
    value: message,
    found: "no letter or digit",
    wanted: 'a few words such as "Add tags"',
  });
}

/** Runs `drizzle-kit generate`: it reads drizzle.config.ts below `root` and the schema that this names. */
async function generate(root: string, args: readonly string[]): Promise<Answer> {
  let program: string;
  try {
    program = join(dirname(fileURLToPath(import.meta.resolve("drizzle-kit"))), "bin.cjs");
  } catch (error) {
    throw failed(args.join(" "), "no drizzle-kit", "a checkout with its development packages (`npm ci`)", error);
  }
  const child = spawn(process.execPath, [program, "generate", "--output", "json", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  const complaints: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => said.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
  await new Promise((ended, failedToStart) => {
    child.once("error", failedToStart);
    child.once("close", ended);
  });
  const line = said.join("").trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as Answer;
  } catch (error) {
    throw failed(
      args.join(" "),
      `drizzle-kit saying ${JSON.stringify(line + complaints.join(""))}`,
      "its answer",
      error,
    );
  }
}

/** @returns the answer where it is a good one. @throws TidemarkError `migration` with what drizzle-kit asks or says */
function settled(answer: Answer, message: string): Extract<Answer, { status: "ok" | "no_changes" }> {
  if (answer.status === "missing_hints") {
    throw failed(
      message,
      `a change that may be a rename: ${JSON.stringify(answer.unresolved)}`,
      `a file given with --hints-file, such as ${HINT_EXAMPLE}`,
    );
  }
  if (answer.status === "error") {
    throw failed(message, `drizzle-kit saying ${JSON.stringify(answer.error)}`, "a schema that it can read");
  }
  return answer;
}

/** Something that drizzle-kit asks about, in words. */
function question({ type, kind, entity }: MissingHint): string {
  const asked = type === "rename_or_create" ? "new, or another one renamed" : "a change that may lose data";
  return `-- ${kind} ${entity.join(".")}: ${asked}`;
}

/**
 * Finds what the schema has and the migrations have not.
 * @returns the statements that a new migration would have; none when both agree
 * @throws TidemarkError `migration` where drizzle-kit cannot say
 */
export async function schemaDifference(root: string = ROOT): Promise<readonly string[]> {
  // drizzle-kit tells SQL only by writing it: into a copy
  const copy = await mkdtemp(join(tmpdir(), "tidemark-schema-"));
  try {
    const [config, out] = [join(copy, "drizzle.config.ts"), join(copy, "migrations")];
    await cp(join(root, "migrations"), out, { recursive: true });
    const own = JSON.stringify(pathToFileURL(join(root, "drizzle.config.ts")).href);
    await writeFile(config, `import own from ${own};\nexport default { ...own, out: ${JSON.stringify(out)} };\n`);
    const answer = await generate(root, ["--config", config]);
    // a change that may be a rename is a difference all the same
    if (answer.status === "missing_hints") return answer.unresolved.map(question);
    const found = settled(answer, "the difference between schema and migrations");
    if (found.status === "no_changes" || found.migration_path === undefined) return [];
    return statementsOf(await readFile(resolve(root, found.migration_path), "utf8"));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/**
 * Writes the next migration: migration.sql, down.sql and the snapshot that the one after it starts from.
 * @returns null when schema and migrations agree already
 * @throws TidemarkError `migration`, `bad-argument`
 */
export async function writeRevision(request: RevisionRequest): Promise<Revision | null> {
  const { message, autogenerate, hintsFile, root = ROOT } = request;
  const name = nameOf(message);
  const migrations = join(root, "migrations");
  const label = migrationLabel((await readMigrations(migrations)).length + 1, name);
  const hints = hintsFile === undefined ? [] : ["--hints-file", hintsFile];
  const answer = settled(await generate(root, ["--name", name, ...(autogenerate ? hints : ["--custom"])]), message);
  if (answer.status === "no_changes" || answer.migration_path === undefined) return null;
  const folder = join(migrations, label);
  // drizzle-kit names folders by time, we by number: its order is that of the names, which stays
  await rename(dirname(join(root, answer.migration_path)), folder);
  if (!autogenerate) return writeEmpty(label, folder, message);
  const up = constraintsFirst(statementsOf(await readFile(join(folder, "migration.sql"), "utf8")));
  const down = constraintsFirst(await reverse(migrations, label, hintsFile));
  await writeFile(join(folder, "migration.sql"), toSql(up));
  await writeFile(join(folder, "down.sql"), lossNote(up) + toSql(down));
  return { label, folder, up, down };
}

async function writeEmpty(label: string, folder: string, message: string): Promise<Revision> {
  await writeFile(join(folder, "migration.sql"), `-- ${message}\n`);
  await writeFile(join(folder, "down.sql"), `-- Takes back: ${message}\n`);
  return { label, folder, up: [], down: [] };
}

function statementsOf(sql: string): string[] {
  return sql
    .split(BREAKPOINT)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

function toSql(statements: readonly string[]): string {
  return `${statements.join(`\n${BREAKPOINT}\n`)}\n`;
}

/**
 * Puts constraints that are dropped before the first column that is: dropping a column drops its constraints with it, and
 * the statement that names one of them then fails.
 */
function constraintsFirst(statements: readonly string[]): string[] {
  const first = statements.findIndex((statement) => /\bDROP COLUMN\b/.test(statement));
  if (first < 0) return [...statements];
  const later = statements.slice(first);
  const isDrop = (statement: string) => /\bDROP CONSTRAINT\b/.test(statement);
  return [...statements.slice(0, first), ...later.filter(isDrop), ...later.filter((statement) => !isDrop(statement))];
}

/** What is dropped takes its data with it: such a migration has no way back until somebody writes one. */
function lossNote(up: readonly string[]): string {
  const lost = up.flatMap((statement) => /\bDROP (?:TABLE|COLUMN)\b[^;]*/.exec(statement)?.[0] ?? []);
  return lost.length === 0 ? "" : `-- irreversible: ${lost.join(", ")}\n`;
}

/** An answer about a change that may be a rename; both of drizzle-kit's forms, as far as we read them. */
interface RenameHint {
  readonly type: string;
  readonly from?: readonly string[];
  readonly to?: readonly string[];
}

/** @returns the statements from the schema with migration `label` to the one without it */
async function reverse(migrations: string, label: string, hintsFile: string | undefined): Promise<string[]> {
  const { generateDrizzleJson, generateMigration, reconstruct } = await import("drizzle-kit/api-postgres");
  const labels = (await readdir(migrations)).filter((name) => /^\d{4}_/.test(name)).sort();
  const snapshots: Record<string, unknown> = {};
  for (const each of labels) {
    snapshots[each] = JSON.parse(await readFile(join(migrations, each, "snapshot.json"), "utf8"));
  }
  const after = await reconstruct(snapshots);
  delete snapshots[label];
  const before = labels.length === 1 ? await generateDrizzleJson({}) : await reconstruct(snapshots);
  const given = hintsFile === undefined ? [] : (JSON.parse(await readFile(hintsFile, "utf8")) as RenameHint[]);
  // a rename is answered the other way round; what else it asks about comes back, since it was dropped
  const hints: Hint[] = given
    .filter(({ type }) => type === "rename")
    .map((hint) => ({ ...hint, from: hint.to, to: hint.from }) as Hint);
  for (;;) {
    try {
      return await generateMigration(after, before, { hints });
    } catch (error) {
      const open = missingHints(error);
      if (open.length === 0) throw failed(label, String(error), "a way back that drizzle-kit can find", error);
      hints.push(...open.map(({ kind, entity }) => ({ type: "create", kind, entity }) as Hint));
    }
  }
}

/** drizzle-kit exports the type of its error only. */
function missingHints(error: unknown): readonly MissingHint[] {
  return error instanceof Error && "missingHints" in error ? (error as MissingHintsError).missingHints : [];
}

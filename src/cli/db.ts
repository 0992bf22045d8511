// `tidemark db`: the versions of the database, that is which migrations there are and which it has had.
import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { escapeControls } from "../domain/safe-text.ts";
import { TidemarkError } from "../errors.ts";
import { createLog } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { drift, readCatalogue, storeCatalogue, storedCatalogue } from "../store/catalogue.ts";
import { describeUrl } from "../store/connection.ts";
import { asOwner, assertUnderstood, downgrade, readSchemaState, type SchemaState, upgrade } from "../store/migrate.ts";
import { irreversible, readMigrations } from "../store/migrations.ts";
import { hasDatabase, withOwnerUrl } from "../store/owner-access.ts";
import { schemaDifference, writeRevision } from "../store/revision.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION, type DataOption, withData } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";

/** Adds `tidemark db` with its commands. */
export function register(program: Command, context: CommandContext): void {
  const db = program
    .command("db")
    .description("versions of the database")
    .addHelpText(
      "after",
      examples(
        ["tidemark db current", "which migration the database is at"],
        ["tidemark db upgrade", "to the newest one"],
      ),
    );
  db.command("revision")
    .description("write the next migration into migrations/")
    .requiredOption("-m, --message <text>", 'what it does: "Add tags"')
    .option("--autogenerate", "from the difference between the schema and the migrations")
    .option("--hints-file <file>", "what is a rename, where that is not clear")
    .action((options: { message: string; autogenerate?: boolean; hintsFile?: string }) =>
      context.run(() => revision(context, options)),
    );
  db.command("upgrade")
    .description("apply migrations")
    .argument("[to]", "the migration to stop at, or head", "head")
    .option(...DATA_OPTION)
    .action((to: string, options: DataOption) => context.run(() => goUp(context, to, options)));
  db.command("downgrade")
    .description("take migrations back")
    .argument("<to>", "the migration that is the newest afterwards; 0 takes all back")
    .option(...DATA_OPTION)
    .action((to: string, options: DataOption) => context.run(() => goDown(context, to, options)));
  db.command("current")
    .description("which migration the database is at")
    .option(...DATA_OPTION)
    .action((options: DataOption) => context.run(() => current(context, options)));
  db.command("history")
    .description("all migrations, and when each was applied")
    .option(...DATA_OPTION)
    .action((options: DataOption) => context.run(() => history(context, options)));
  db.command("check")
    .description("whether schema, migrations and database agree; fails when they do not")
    .option("--write-catalogue", "keep what the database contains as what it should (after a new migration)")
    .option(...DATA_OPTION)
    .action((options: DataOption & { writeCatalogue?: boolean }) => context.run(() => check(context, options)));
}

/** Asking, and taking back, makes no database. @returns what to say where there is none, or null */
async function missingDatabase(context: CommandContext, options: DataOption): Promise<string | null> {
  const config = withData(context, options);
  if (await hasDatabase(config)) return null;
  return `There is no database in ${escapeControls(config.dataFolder)} yet: tidemark serve makes one, tidemark db upgrade an empty one.\n`;
}

async function onDatabase<T>(
  context: CommandContext,
  name: string,
  options: DataOption & { readonly alone?: boolean },
  work: (ownerUrl: Secret) => Promise<T>,
): Promise<T> {
  const log = createLog({ level: "warn", pretty: true, destination: context.effects.err });
  const access = { purpose: `tidemark db ${name}`, log, alone: options.alone === true };
  return withOwnerUrl(withData(context, options), access, work);
}

/** "head" or a number, also as it stands in a folder's name: 0002. */
function parseTarget(text: string): number | undefined {
  if (text === "head") return undefined;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new TidemarkError("bad-argument", {
    attempt: "go to migration",
    value: text,
    found: "no number",
    wanted: "a migration's number, or head",
  });
}

async function revision(
  { effects }: CommandContext,
  options: { message: string; autogenerate?: boolean; hintsFile?: string },
): Promise<number> {
  const { message, autogenerate = false, hintsFile } = options;
  const hints = hintsFile === undefined ? undefined : resolve(effects.cwd, hintsFile);
  const written = await writeRevision({ message, autogenerate, hintsFile: hints });
  if (written === null) {
    effects.out.write("Schema and migrations agree: there is nothing to write.\n");
    return EXIT.done;
  }
  const folder = relative(effects.cwd, written.folder);
  const counts = autogenerate ? ` (${written.up.length} statements up, ${written.down.length} down)` : "";
  effects.out.write(`Wrote ${folder}/migration.sql and down.sql${counts}.\n`);
  const risky = written.up.filter((statement) =>
    /\bDROP (?:TABLE|COLUMN)\b|SET DATA TYPE|SET NOT NULL/.test(statement),
  );
  for (const statement of risky) effects.out.write(`  careful: ${statement}\n`);
  effects.out.write(
    "Read both; then, on a data folder to throw away: tidemark db upgrade --data <folder>, " +
      "tidemark db check --data <folder> --write-catalogue.\n",
  );
  return EXIT.done;
}

async function goUp(context: CommandContext, to: string, options: DataOption): Promise<number> {
  const target = parseTarget(to);
  const { out } = context.effects;
  return onDatabase(context, "upgrade", options, async (url) => {
    const applied = await upgrade(url, target);
    for (const { label } of applied) out.write(`Applied ${label}\n`);
    out.write(`${standing(await readSchemaState(url))}\n`);
    return EXIT.done;
  });
}

async function goDown(context: CommandContext, to: string, options: DataOption): Promise<number> {
  const target = parseTarget(to);
  const { out } = context.effects;
  const missing = await missingDatabase(context, options);
  if (missing !== null) {
    out.write(missing);
    return EXIT.failed;
  }
  // a server at work would meet tables that it does not know
  return onDatabase(context, "downgrade", { ...options, alone: true }, async (url) => {
    const taken = await downgrade(url, target ?? (await readMigrations()).length);
    for (const { label } of taken) out.write(`Took back ${label}\n`);
    const state = await readSchemaState(url);
    out.write(`${standing(state)}\n`);
    if (state.applied.length < state.known.length) {
      out.write("The next start of this version of Tidemark applies again what was taken back.\n");
    }
    return EXIT.done;
  });
}

function standing({ known, applied }: SchemaState): string {
  const newest = applied.at(-1);
  if (newest === undefined) return `The database is empty: 0 of ${known.length} migrations applied.`;
  const place = `The database is at migration ${newest.number}`;
  if (newest.number > known.length)
    return `${place} (${newest.name}), which a newer Tidemark made: this one knows ${known.length}.`;
  if (newest.number === known.length) return `${place} (${newest.name}), the newest.`;
  return `${place} of ${known.length} (${newest.name}).`;
}

async function current(context: CommandContext, options: DataOption): Promise<number> {
  const said =
    (await missingDatabase(context, options)) ??
    `${standing(await onDatabase(context, "current", options, (url) => readSchemaState(url)))}\n`;
  context.effects.out.write(said);
  return EXIT.done;
}

async function history(context: CommandContext, options: DataOption): Promise<number> {
  const missing = await missingDatabase(context, options);
  const { known, applied } =
    missing === null
      ? await onDatabase(context, "history", options, (url) => readSchemaState(url))
      : { known: await readMigrations(), applied: [] };
  const newer = applied.slice(known.length).map(({ number, name, appliedAt }) => ({ number, name, appliedAt }));
  const rows = [
    ...known.map(({ number, name }, index) => ({ number, name, appliedAt: applied[index]?.appliedAt })),
    ...newer,
  ];
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { number, name, appliedAt } of rows) {
    const time =
      appliedAt === undefined ? "not applied" : `applied ${appliedAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
    const back = known[number - 1];
    const note = back !== undefined && irreversible(back) !== null ? ", cannot be taken back" : "";
    context.effects.out.write(`${String(number).padStart(4, "0")}  ${name.padEnd(width)}  ${time}${note}\n`);
  }
  if (missing !== null) context.effects.out.write(missing);
  return EXIT.done;
}

async function check(context: CommandContext, options: DataOption & { writeCatalogue?: boolean }): Promise<number> {
  const { out } = context.effects;
  const lacking = await schemaDifference();
  out.write(lacking.length === 0 ? "Schema and migrations agree.\n" : "The schema has what no migration makes:\n");
  for (const statement of lacking) out.write(`  ${statement.replaceAll("\n", "\n  ")}\n`);
  const missing = await missingDatabase(context, options);
  if (missing !== null) {
    // what was not looked at cannot be said to agree
    out.write(missing);
    return EXIT.failed;
  }
  const agrees = await onDatabase(context, "check", options, (url) => checkDatabase(context, url, options));
  return lacking.length === 0 && agrees ? EXIT.done : EXIT.failed;
}

async function checkDatabase(
  { effects }: CommandContext,
  url: Secret,
  { writeCatalogue = false }: { writeCatalogue?: boolean },
): Promise<boolean> {
  const { out } = effects;
  const state = await readSchemaState(url);
  assertUnderstood(state, describeUrl(url));
  if (state.applied.length < state.known.length) {
    out.write(`${standing(state)} Run: tidemark db upgrade\n`);
    return false;
  }
  const found = await asOwner(url, readCatalogue);
  if (writeCatalogue) {
    await storeCatalogue(found);
    out.write("Kept what the database contains in migrations/catalogue.txt.\n");
    return true;
  }
  const differences = drift(found, await storedCatalogue());
  out.write(
    differences.length === 0
      ? "The database is what the migrations make.\n"
      : "The database is not what the migrations make (- missing, + unknown):\n",
  );
  for (const line of differences) out.write(`  ${line}\n`);
  return differences.length === 0;
}

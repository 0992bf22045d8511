// `tidemark archive restore|ddl`: everything back into Postgres; and the archive's tables for engines of one's own.
import { type DdlEngine, ddlStatements, nowView } from "../archive/ddl.ts";
import { ddlQuestions } from "../archive/ddl-questions.ts";
import { DUCKDB_DIALECT, TRINO_DIALECT } from "../archive/dialects.ts";
import { TABLES } from "../archive/tables.ts";
import type { ManifestObject } from "../archive/query-engine.ts";
import { restoreRepository } from "../archive/restore.ts";
import { formatCount } from "../domain/format-value.ts";
import type { RepositoryId } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { TidemarkError } from "../errors.ts";
import { readObjectsAfter } from "../store/archive-object.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./effects.ts";
import { type ArchiveOptions, asked, commitsOf, depsOf } from "./on-archive.ts";
import { onInstallation, type Opened } from "./on-installation.ts";

/** `tidemark archive restore [repository]`. */
export function restore(context: CommandContext, name: string | undefined, options: ArchiveOptions): Promise<number> {
  if ((name === undefined) === (options.all !== true)) {
    const parts = {
      attempt: "read the command",
      value: "archive restore",
      found: name === undefined ? "no repository" : "a repository and --all",
    };
    throw new TidemarkError("bad-argument", { ...parts, wanted: "the name of a repository, or --all" });
  }
  return onInstallation(context, options, { purpose: "tidemark archive restore", works: false }, async (opened) => {
    const { out, err, signal } = context.effects;
    const deps = await depsOf(context, opened, options);
    const { organizationId } = opened.owner;
    let failed = 0;
    for (const { id, name: each } of await asked(opened, name, "restore the repository")) {
      const restored = await restoreRepository(deps, { organizationId, repositoryId: id as RepositoryId }, signal);
      if (restored === null) {
        err.write(`tidemark: ${escapeControls(each)} is in work, or is being imported: try again\n`);
        failed += 1;
        continue;
      }
      const versions = `${formatCount(restored.versions)} file versions`;
      out.write(`${escapeControls(each)}: ${commitsOf(restored.commits)} and ${versions} are in Postgres again\n`);
    }
    return failed === 0 ? EXIT.done : EXIT.failed;
  });
}

const ENGINES: Readonly<Record<string, DdlEngine>> = { duckdb: "duckdb", trino: "trino", athena: "glue", glue: "glue" };

/** `tidemark archive ddl`. */
export function ddl(context: CommandContext, options: ArchiveOptions): Promise<number> {
  const engine = ENGINES[options.engine ?? ""];
  if (engine === undefined) {
    const parts = { attempt: "print definitions for the engine", value: options.engine ?? "", found: "no such engine" };
    throw new TidemarkError("bad-argument", { ...parts, wanted: "duckdb, trino or athena" });
  }
  return onInstallation(context, options, { purpose: "tidemark archive ddl", works: false }, async (opened) => {
    const deps = await depsOf(context, opened, options);
    const place = deps.objects.uri("x").replace(/x$/, "");
    const objects = options.deep === true ? await allObjects(opened) : null;
    const { out } = context.effects;
    for (const statement of ddlStatements(engine, { place, objects })) out.write(`${statement};\n\n`);
    out.write(questionsText(engine, objects !== null));
    return EXIT.done;
  });
}

/** What questions are about until somebody puts in names of her own. */
const EXAMPLE = {
  repository: 1,
  line: 1,
  sha: "1a2b3c",
  number: { path: "metrics.json", key: "accuracy" },
  average: { path: "metrics.json", key: "loss" },
  setting: { path: "params.yaml", key: "lr" },
};

/** The questions of docs/sql.md, to start from. @param isNow whether there are views of what counts now */
function questionsText(engine: DdlEngine, isNow: boolean): string {
  const dialect = engine === "duckdb" ? DUCKDB_DIALECT : TRINO_DIALECT;
  const questions = ddlQuestions(dialect, (kind) => (isNow ? nowView(kind) : TABLES[kind].name), EXAMPLE);
  const head = "-- To start from: put in a repository's and a branch's number, and a file and its keys.\n";
  const twice = "-- What was written anew lies here once more for a day: --deep adds views of what counts now.\n";
  return (isNow ? head : head + twice) + "\n" + questions.map(({ title, sql }) => `-- ${title}\n${sql};\n\n`).join("");
}

/** Definitions of views name each object: a hundred thousand of them are 7 MB. */
async function allObjects({ database }: Opened): Promise<ManifestObject[]> {
  const all: ManifestObject[] = [];
  for (let after = "0"; ; ) {
    const batch = await readObjectsAfter(database.system.reads, { after, repository: null, limit: 1_000 });
    all.push(...batch);
    const last = batch.at(-1);
    if (last === undefined) return all;
    after = last.id;
  }
}

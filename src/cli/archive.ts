// `tidemark archive run|status|verify|clean|restore|ddl`: the archive, as the operator sees and keeps it.
import type { Command } from "commander";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION } from "./data-folder.ts";
import { examples } from "./examples.ts";
import type { ArchiveOptions } from "./on-archive.ts";

/** Adds `tidemark archive` with its commands; what they do is loaded when one is called. */
export function register(program: Command, context: CommandContext): void {
  const archive = program
    .command("archive")
    .description("old commits outside of the database: TIDEMARK_ARCHIVE says where")
    .addHelpText(
      "after",
      examples(
        ["tidemark archive status", "how far each repository is archived"],
        ["tidemark archive verify", "read all objects again, and compare them with the manifest"],
      ),
    );
  archive
    .command("run")
    .description("archive now what is old enough, and remove what has been archived for a day")
    .argument("[repository]", "its name or id; without, all")
    .option("--now", "also fewer commits than are usually worth it")
    .option(...DATA_OPTION)
    .action((name: string | undefined, options: ArchiveOptions) =>
      context.run(async () => (await import("./archive-run.ts")).run(context, name, options)),
    );
  archive
    .command("status")
    .description("how far each repository is archived, and what waits to go")
    .option("--deep", "also list the whole store for objects that nobody knows of")
    .option("--json", "for programs")
    .option(...DATA_OPTION)
    .action((options: ArchiveOptions) =>
      context.run(async () => (await import("./archive-status.ts")).status(context, options)),
    );
  archive
    .command("verify")
    .description("read objects again, and compare bytes, SHA-256 and rows with the manifest")
    .argument("[repository]", "its name or id; without, all")
    .option(...DATA_OPTION)
    .action((name: string | undefined, options: ArchiveOptions) =>
      context.run(async () => (await import("./archive-run.ts")).verify(context, name, options)),
    );
  archive
    .command("clean")
    .description("list objects that neither the manifest nor a run names and that are older than two days")
    .option("--delete", "remove them: only where no other installation has the same place")
    .option(...DATA_OPTION)
    .action((options: ArchiveOptions) =>
      context.run(async () => (await import("./archive-status.ts")).clean(context, options)),
    );
  archive
    .command("restore")
    .description("bring archived commits back into the database, exactly as they were")
    .argument("[repository]", "its name or id")
    .option("--all", "of all repositories")
    .option(...DATA_OPTION)
    .action((name: string | undefined, options: ArchiveOptions) =>
      context.run(async () => (await import("./archive-restore.ts")).restore(context, name, options)),
    );
  archive
    .command("ddl")
    .description("print definitions of the archive's tables for an engine of your own")
    .requiredOption("--engine <engine>", "duckdb, trino, or athena (Glue, Hive)")
    .option("--deep", "with views of the objects that count now, by their names")
    .option(...DATA_OPTION)
    .action((options: ArchiveOptions) =>
      context.run(async () => (await import("./archive-restore.ts")).ddl(context, options)),
    );
}

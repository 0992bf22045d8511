// `tidemark repository add|list|sync|remove`: what the page does, from the terminal, as the operator.
import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import type { RepositoryId } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { type Installation, openInstallation } from "../installation.ts";
import { createLog } from "../log.ts";
import { createReads, type Reads } from "../reads/reads.ts";
import { readRepositories, readRepositoryView, type RepositoryView } from "../reads/repository-list.ts";
import { waitingEvents } from "../store/event.ts";
import { addRepository } from "../workspace/add-repository.ts";
import { removeRepository } from "../workspace/remove-repository.ts";
import { requestSync } from "../workspace/sync-repository.ts";
import { startWorker } from "../ingest/worker.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./effects.ts";
import { withData } from "./owner-link.ts";
import { placeOf } from "./place.ts";
import { type Progress, ProgressLine } from "./progress-line.ts";

interface Options {
  readonly data?: string;
  readonly json?: boolean;
}

/** How often the repository is looked at while a command waits for it, in ms. */
const LOOK_MS = 100;
const DATA = ["--data <folder>", "the data folder, if it is not the usual one"] as const;

/** Adds `tidemark repository` with its commands. */
export function register(program: Command, context: CommandContext): void {
  const repository = program.command("repository").description("the repositories that this installation follows");
  repository
    .command("add")
    .description("add a repository and import its history")
    .argument("<address>", "a Git URL or a folder")
    .option(...DATA)
    .action((address: string, options: Options) => context.run(() => add(context, address, options)));
  repository
    .command("list")
    .description("all repositories with their state")
    .option("--json", "for programs")
    .option(...DATA)
    .action((options: Options) => context.run(() => list(context, options)));
  repository
    .command("sync")
    .description("bring its new commits")
    .argument("<name>", "its name or id")
    .option(...DATA)
    .action((name: string, options: Options) => context.run(() => sync(context, name, options)));
  repository
    .command("remove")
    .description("remove a repository and everything that was read from it")
    .argument("<name>", "its name or id")
    .option(...DATA)
    .action((name: string, options: Options) => context.run(() => remove(context, name, options)));
}

interface Opened extends Installation {
  readonly reads: Reads;
}

/** Opens the installation for one command; a worker of this process does what a running server would. */
async function onInstallation<T>(
  context: CommandContext,
  options: Options,
  { name, works }: { readonly name: string; readonly works: boolean },
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const log = createLog({ level: "warn", pretty: true, destination: context.effects.err });
  const purpose = `tidemark repository ${name}`;
  const installation = await openInstallation(withData(context, options), { purpose, alone: false, log });
  const { database, mirrors, allow } = installation;
  const worker = works ? await startWorker({ database, mirrors, allow, log }) : null;
  try {
    return await work({ ...installation, reads: createReads(database) });
  } finally {
    await worker?.stop();
    await installation.close();
  }
}

function add(context: CommandContext, address: string, options: Options): Promise<number> {
  return onInstallation(context, options, { name: "add", works: true }, async (opened) => {
    const { organizationId } = opened.owner;
    const id = await addRepository(opened, organizationId, placeOf(address, context.effects.cwd));
    return follow(context, opened, id);
  });
}

function sync(context: CommandContext, name: string, options: Options): Promise<number> {
  return onInstallation(context, options, { name: "sync", works: true }, async (opened) => {
    const { organizationId } = opened.owner;
    const { id } = await readRepositoryView(opened.reads, organizationId, name);
    await requestSync(opened, organizationId, id as RepositoryId);
    return follow(context, opened, id as RepositoryId);
  });
}

/** Waits until a repository is read, showing how far it is. */
async function follow(context: CommandContext, opened: Opened, id: RepositoryId): Promise<number> {
  const { effects } = context;
  const line = new ProgressLine(effects);
  for (;;) {
    const view = await readRepositoryView(opened.reads, opened.owner.organizationId, id);
    if (view.state === "failed") {
      line.end();
      effects.err.write(`tidemark: ${view.name}: ${view.problem ?? "the import failed"}\n`);
      return EXIT.failed;
    }
    const waiting = await waitingEvents(opened.database.web.in(opened.owner.organizationId), id);
    if (view.state === "ready" && waiting.length === 0) {
      line.end();
      effects.out.write(`${summary(view)}\n`);
      return EXIT.done;
    }
    if (view.progress !== null) line.show(shown(view.progress));
    if (effects.signal.aborted) {
      line.end();
      effects.err.write("Stopped; the import goes on where it was when the server runs again.\n");
      return EXIT.failed;
    }
    await wait(LOOK_MS, undefined, { signal: effects.signal }).catch(() => undefined);
  }
}

function shown({ phase, commitsDone, commitsTotal, secondsLeft }: NonNullable<RepositoryView["progress"]>): Progress {
  return { phase: `${phase}, commits`, done: commitsDone, total: commitsTotal, secondsLeft };
}

function summary(view: RepositoryView): string {
  const missing = view.commitsMissingValues > 0 ? `, ${view.commitsMissingValues} of them miss values` : "";
  return `${escapeControls(view.name)}: ${view.commits} commits${missing}, ${view.branches} branches, ${view.files} metric files`;
}

function list(context: CommandContext, options: Options): Promise<number> {
  return onInstallation(context, options, { name: "list", works: false }, async (opened) => {
    const { effects } = context;
    const views = await readRepositories(opened.reads, opened.owner.organizationId);
    if (options.json === true) effects.out.write(`${JSON.stringify(views, null, 2)}\n`);
    else if (views.length === 0)
      effects.out.write("No repositories yet: tidemark repository add <git URL or folder>\n");
    else for (const view of views) effects.out.write(`${view.id}  ${summary(view)}  (${view.state})\n`);
    return EXIT.done;
  });
}

function remove(context: CommandContext, name: string, options: Options): Promise<number> {
  return onInstallation(context, options, { name: "remove", works: false }, async (opened) => {
    const { organizationId } = opened.owner;
    try {
      const view = await readRepositoryView(opened.reads, organizationId, name);
      await removeRepository(opened, organizationId, view.id as RepositoryId);
      context.effects.out.write(`${escapeControls(view.name)} is removed.\n`);
      return EXIT.done;
    } catch (error) {
      if (!isTidemarkError(error, "repository-not-found")) throw error;
      throw new TidemarkError("repository-not-found", {
        attempt: "remove the repository",
        value: name,
        found: "none of this name or id",
        wanted: "one that `tidemark repository list` shows",
      });
    }
  });
}

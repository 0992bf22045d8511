// `tidemark repository add|list|sync|remove`: what the page does, from the terminal, as the operator.
import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import type { RepositoryId } from "../domain/model.ts";
import { formatCount } from "../domain/format-value.ts";
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
import { DATA_OPTION, type DataOption, withData } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { placeOf } from "./place.ts";
import { type Progress, ProgressLine } from "./progress-line.ts";

interface Options extends DataOption {
  readonly json?: boolean;
}

/** How often the repository is looked at while a command waits for it, in ms. */
const LOOK_MS = 100;

/** Adds `tidemark repository` with its commands. */
export function register(program: Command, context: CommandContext): void {
  const repository = program
    .command("repository")
    .description("the repositories that this installation follows")
    .addHelpText(
      "after",
      examples(
        ["tidemark repository add https://example.org/owner/name", "follow it and import its history"],
        ["tidemark repository list --json", "all of them, for a program"],
      ),
    );
  repository
    .command("add")
    .description("add a repository and import its history")
    .argument("<address>", "a Git URL or a folder")
    .option(...DATA_OPTION)
    .action((address: string, options: Options) => context.run(() => add(context, address, options)));
  repository
    .command("list")
    .description("all repositories with their state")
    .option("--json", "for programs")
    .option(...DATA_OPTION)
    .action((options: Options) => context.run(() => list(context, options)));
  repository
    .command("sync")
    .description("bring its new commits")
    .argument("<name>", "its name or id")
    .option(...DATA_OPTION)
    .action((name: string, options: Options) => context.run(() => sync(context, name, options)));
  repository
    .command("remove")
    .description("remove a repository and everything that was read from it")
    .argument("<name>", "its name or id")
    .option(...DATA_OPTION)
    .action((name: string, options: Options) => context.run(() => remove(context, name, options)));
}

interface Opened extends Installation {
  readonly reads: Reads;
  readonly line: ProgressLine;
}

/** Opens the installation for one command; a worker of this process does what a running server would. */
async function onInstallation<T>(
  context: CommandContext,
  options: Options,
  { name, works }: { readonly name: string; readonly works: boolean },
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const line = new ProgressLine(context.effects);
  // what a worker meets on the way is told by follow()
  const log = createLog({ level: works ? "error" : "warn", pretty: true, destination: line });
  const purpose = `tidemark repository ${name}`;
  const installation = await openInstallation(withData(context, options), { purpose, alone: false, log });
  const { database, mirrors, allow } = installation;
  const worker = works ? await startWorker({ database, mirrors, allow, log }) : null;
  try {
    return await work({ ...installation, reads: createReads(database), line });
  } finally {
    await worker?.stop();
    await installation.close();
  }
}

function add(context: CommandContext, address: string, options: Options): Promise<number> {
  const place = placeOf(address, context.effects.cwd);
  return onInstallation(context, options, { name: "add", works: true }, async (opened) => {
    const id = await addRepository(opened, opened.owner.organizationId, place);
    return follow(context, opened, id, options);
  });
}

function sync(context: CommandContext, name: string, options: Options): Promise<number> {
  return onInstallation(context, options, { name: "sync", works: true }, async (opened) => {
    const { id } = await find(opened, name, "bring the new commits of the repository");
    await requestSync(opened, opened.owner.organizationId, id as RepositoryId);
    return follow(context, opened, id as RepositoryId, options);
  });
}

/** @throws TidemarkError `repository-not-found`, in the words of the command line */
async function find({ reads, owner }: Opened, name: string, attempt: string): Promise<RepositoryView> {
  try {
    return await readRepositoryView(reads, owner.organizationId, name);
  } catch (error) {
    if (!isTidemarkError(error, "repository-not-found")) throw error;
    const wanted = "one that tidemark repository list shows";
    throw new TidemarkError("repository-not-found", { attempt, value: name, found: "none of this name or id", wanted });
  }
}

/** Waits until what was just asked for a repository is answered, by whichever worker, showing how far it is. */
async function follow(context: CommandContext, opened: Opened, id: RepositoryId, options: Options): Promise<number> {
  const { effects } = context;
  const { line } = opened;
  const store = opened.database.web.in(opened.owner.organizationId);
  const asked = (await waitingEvents(store, id)).at(-1)?.id;
  for (;;) {
    // before the state: when the event is answered, the state that is read afterwards is the answer
    const event = (await waitingEvents(store, id)).find((waiting) => waiting.id === asked);
    const view = await readRepositoryView(opened.reads, opened.owner.organizationId, id);
    // while it waits, an old failure is none of its own
    if (event === undefined ? view.state === "failed" : event.attempts > 0) {
      line.write(`tidemark: ${escapeControls(`${view.name}: ${view.problem ?? "the import failed"}`)}\n`);
      if (event !== undefined) effects.err.write("A running server tries it again by itself.\n");
      if (view.syncedAt === null) effects.err.write(`It stays in the list; to remove it: ${removal(view, options)}\n`);
      return EXIT.failed;
    }
    if (event === undefined && view.state === "ready") {
      line.end();
      effects.out.write(`${summary(view)}\n`);
      if (view.files === 0)
        effects.err.write("Tidemark reads files such as metrics.json or params.yaml: there are none.\n");
      return EXIT.done;
    }
    if (view.progress !== null) line.show(shown(view.progress));
    if (effects.signal.aborted) {
      line.write("Stopped; the import goes on where it was when the server runs again.\n");
      return EXIT.stopped;
    }
    await wait(LOOK_MS, undefined, { signal: effects.signal }).catch(() => undefined);
  }
}

/** The command that removes a repository; a name that a shell would read otherwise is not in it. */
function removal({ name, id }: RepositoryView, { data }: Options): string {
  const where = data === undefined ? "" : " --data FOLDER";
  return `tidemark repository remove ${/^\w[\w./-]*$/.test(name) ? name : id}${where}`;
}

function shown(progress: NonNullable<RepositoryView["progress"]>): Progress {
  const { phase, commitsDone, commitsTotal, filesDone, filesTotal, secondsLeft } = progress;
  // what is counted while fetching are Git's objects
  if (phase === "fetching") return { phase: "fetching objects", done: filesDone, total: filesTotal };
  return { phase: `${phase} commits`, done: commitsDone, total: commitsTotal, secondsLeft };
}

/** "good: 1,204 commits (3 miss values), 1 branch, 2 metric files" */
function summary({ name, commits, commitsMissingValues, branches, files }: RepositoryView): string {
  const missing =
    commitsMissingValues === 0
      ? ""
      : ` (${formatCount(commitsMissingValues)} ${commitsMissingValues === 1 ? "misses" : "miss"} values)`;
  const counts = [
    counted(commits, "commit") + missing,
    counted(branches, "branch", "branches"),
    counted(files, "metric file"),
  ];
  return `${escapeControls(name)}: ${counts.join(", ")}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count === 0 ? "no" : formatCount(count)} ${count === 1 ? one : many}`;
}

function list(context: CommandContext, options: Options): Promise<number> {
  return onInstallation(context, options, { name: "list", works: false }, async (opened) => {
    const { effects } = context;
    const views = await readRepositories(opened.reads, opened.owner.organizationId);
    if (options.json === true) effects.out.write(`${JSON.stringify(views, null, 2)}\n`);
    else if (views.length === 0)
      effects.out.write("No repositories yet: tidemark repository add <git URL or folder>\n");
    else for (const view of views) effects.out.write(listed(view));
    return EXIT.done;
  });
}

function listed(view: RepositoryView): string {
  const { id, state, problem, progress } = view;
  const far =
    progress === null || progress.commitsTotal === null ? "" : ` ${progress.commitsDone} of ${progress.commitsTotal}`;
  const why = problem === null ? "" : `   ${escapeControls(problem)}\n`;
  return `${id}  ${summary(view)}  (${state}${state === "importing" ? far : ""})\n${why}`;
}

function remove(context: CommandContext, name: string, options: Options): Promise<number> {
  return onInstallation(context, options, { name: "remove", works: false }, async (opened) => {
    const view = await find(opened, name, "remove the repository");
    await removeRepository(opened, opened.owner.organizationId, view.id as RepositoryId);
    context.effects.out.write(`${escapeControls(view.name)} is removed.\n`);
    return EXIT.done;
  });
}

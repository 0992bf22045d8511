// `tidemark repository add|list|sync|rename|remove`: what the page does, from the terminal, as the operator.
import type { Command } from "commander";
import type { RepositoryId } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { readRepositories, type RepositoryView } from "../reads/repository-list.ts";
import { addRepository } from "../workspace/add-repository.ts";
import { changeRepository } from "../workspace/change-repository.ts";
import { removeRepository } from "../workspace/remove-repository.ts";
import { requestSync } from "../workspace/sync-repository.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION, type DataOption } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { addedPlaceOf } from "./place.ts";
import { find, follow, onInstallation, summary } from "./on-installation.ts";

interface Options extends DataOption {
  readonly json?: boolean;
}

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
    .argument("<address>", "a Git URL, a folder, or owner/name at a server of a connected account")
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
    .command("rename")
    .description("give it another name, by which it is found from then on")
    .argument("<name>", "its name or id")
    .argument("<new-name>", "such as owner/name")
    .option(...DATA_OPTION)
    .action((name: string, wanted: string, options: Options) =>
      context.run(() => rename(context, name, wanted, options)),
    );
  repository
    .command("remove")
    .description("remove a repository and everything that was read from it")
    .argument("<name>", "its name or id")
    .option(...DATA_OPTION)
    .action((name: string, options: Options) => context.run(() => remove(context, name, options)));
}

async function add(context: CommandContext, address: string, options: Options): Promise<number> {
  const place = await addedPlaceOf(address, context.effects.cwd);
  return onInstallation(context, options, { purpose: "tidemark repository add", works: true }, async (opened) => {
    const { organizationId, userId } = opened.owner;
    // her accounts are asked as they are on the page
    const by = { person: { organizationId, userId, isAdmin: true }, account: null };
    const id = await addRepository(opened, organizationId, { ...place, by });
    return follow(context, opened, id, options);
  });
}

function sync(context: CommandContext, name: string, options: Options): Promise<number> {
  return onInstallation(context, options, { purpose: "tidemark repository sync", works: true }, async (opened) => {
    const { id } = await find(opened, name, "bring the new commits of the repository");
    await requestSync(opened, opened.owner.organizationId, id as RepositoryId, opened.owner.userId);
    return follow(context, opened, id as RepositoryId, options);
  });
}

function rename(context: CommandContext, name: string, wanted: string, options: Options): Promise<number> {
  return onInstallation(context, options, { purpose: "tidemark repository rename", works: false }, async (opened) => {
    const { organizationId, userId } = opened.owner;
    const { id, name: old } = await find(opened, name, "rename the repository");
    await changeRepository(opened, organizationId, id as RepositoryId, { name: wanted }, userId);
    context.effects.out.write(`${escapeControls(old)} is named ${escapeControls(wanted)} now.\n`);
    return EXIT.done;
  });
}

function list(context: CommandContext, options: Options): Promise<number> {
  return onInstallation(context, options, { purpose: "tidemark repository list", works: false }, async (opened) => {
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
  const { id, state, problem, progress, empty } = view;
  const far =
    progress === null || progress.commitsTotal === null
      ? ""
      : `, ${progress.phase} ${progress.commitsDone} of ${progress.commitsTotal}`;
  const why = problem === null ? "" : `   ${escapeControls(problem)}\n`;
  const nothing = empty === null ? "" : `, ${EMPTY[empty.reason]}`;
  return `${id}  ${summary(view)}  (${state}${state === "importing" ? far : nothing})\n${why}`;
}

/** Why a repository that was read has nothing to show. */
const EMPTY: Readonly<Record<NonNullable<RepositoryView["empty"]>["reason"], string>> = {
  new: "no commits yet",
  deleted: "its last branch was deleted",
};

function remove(context: CommandContext, name: string, options: Options): Promise<number> {
  return onInstallation(context, options, { purpose: "tidemark repository remove", works: false }, async (opened) => {
    const view = await find(opened, name, "remove the repository");
    const { keyring, allow } = opened;
    const webhooks = { keyring, call: { allow, now: () => context.effects.now() }, originFor: () => null };
    const deps = { ...opened, webhooks };
    const left = await removeRepository(deps, opened.owner.organizationId, view.id as RepositoryId);
    context.effects.out.write(`${escapeControls(view.name)} is removed.\n`);
    if (left !== null)
      context.effects.err.write(
        `Its webhook is still at its provider; a running server tries to remove it again: ${escapeControls(left)}\n`,
      );
    return EXIT.done;
  });
}

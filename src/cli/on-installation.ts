// What commands do on an installation, as the operator: opened with its database, found by name, waited for.
import { setTimeout as wait } from "node:timers/promises";
import type { RepositoryId } from "../domain/model.ts";
import { startInstallationWorker, webhooksBeside } from "../background.ts";
import { formatCount } from "../domain/format-value.ts";
import { importShare } from "../domain/import-share.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { WEBHOOK_LABELS } from "../domain/webhook-kind.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { type Installation, openInstallation } from "../installation.ts";
import { createLog } from "../log.ts";
import { openPageArchive } from "../page-archive.ts";
import { createReads, type Reads } from "../reads/reads.ts";
import { readRepositoryView, type RepositoryView } from "../reads/repository-list.ts";
import { waitingEvents } from "../store/event.ts";
import { LEASE_MS } from "../store/lease.ts";
import { readTeamWebhooks } from "../store/webhook.ts";
import type { CommandContext } from "./context.ts";
import { type DataOption, withData } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { PauseNotice } from "./pause-notice.ts";
import { type Progress, ProgressLine } from "./progress-line.ts";

/** How often the repository is looked at while a command waits for it, in ms. */
const LOOK_MS = 100;
/** What a person can do who is told of a pause. */
const WAITED_FOR = "this command goes on then. Ctrl-C ends it, and a running server brings the commits by itself.";

/** What is said where another process may do what this one may not. */
const FORBIDDEN = "The settings of this command forbid it; a running server whose settings allow it goes on with it.";

/** An installation that a command works on. */
export interface Opened extends Installation {
  readonly reads: Reads;
  readonly line: ProgressLine;
  /** @returns what keeps the worker of this process from working, or null */
  readonly trouble: () => unknown;
  /** repositories that the settings of this process forbid, and why */
  readonly refused: ReadonlyMap<RepositoryId, TidemarkError>;
}

/** Opens the installation for one command; a worker of this process does what a running server would. */
export async function onInstallation<T>(
  context: CommandContext,
  options: DataOption,
  { purpose, works }: { readonly purpose: string; readonly works: boolean },
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const line = new ProgressLine(context.effects);
  // what a worker meets on the way is told by follow()
  const log = createLog({ level: works ? "error" : "warn", pretty: true, destination: line });
  const config = withData(context, options);
  const installation = await openInstallation(config, { purpose, alone: false, log });
  const { database } = installation;
  const now = (): number => context.effects.now();
  const webhooks = webhooksBeside(installation, config, now);
  const refused = new Map<RepositoryId, TidemarkError>();
  const told = (id: RepositoryId, error: TidemarkError): unknown => refused.set(id, error);
  const pageArchive = await openPageArchive(installation, config, log);
  const { archive } = pageArchive;
  const settings = { workers: config.workers, webhooks, archive, log, now, refused: told };
  const worker = works ? await startInstallationWorker(installation, settings) : null;
  try {
    const trouble = (): unknown => worker?.trouble() ?? null;
    return await work({
      ...installation,
      reads: createReads(database, { archive }),
      line,
      trouble,
      refused,
    });
  } finally {
    await worker?.stop();
    await pageArchive.close();
    await installation.close();
  }
}

/** Finds a repository by its name or id. @throws TidemarkError `repository-not-found`, in the words of the command line */
export async function find({ reads, owner }: Opened, name: string, attempt: string): Promise<RepositoryView> {
  try {
    return await readRepositoryView(reads, owner.organizationId, name);
  } catch (error) {
    if (!isTidemarkError(error, "repository-not-found")) throw error;
    const wanted = "one that tidemark repository list shows";
    throw new TidemarkError("repository-not-found", { attempt, value: name, found: "none of this name or id", wanted });
  }
}

/**
 * Finds a webhook that serves all repositories.
 * @param word its number, its address, or the end of that
 * @returns its id
 * @throws TidemarkError `webhook-not-found`, which names those that there are
 */
export async function findHook({ database, owner }: Opened, word: string): Promise<string> {
  const all = await readTeamWebhooks(database.web.in(owner.organizationId));
  const last = word.split("/").findLast((part) => part !== "");
  const found = all.find(({ id, hookId }) => id === word || hookId === last);
  if (found !== undefined) return found.id;
  const known = all.map(({ id, kind, hookId }) => `${id} (${WEBHOOK_LABELS[kind]}, /hooks/${hookId})`).join(", ");
  throw new TidemarkError("webhook-not-found", {
    attempt: "find the webhook for all repositories",
    value: word,
    found: "none with this number or address",
    wanted: known === "" ? "one, and there is none: the Account page makes it" : `one of ${known}`,
  });
}

/**
 * Waits until what was just asked for a repository is answered, by whichever worker, showing how far it is.
 * @throws what keeps our own worker from it, when no other one is at it
 */
export async function follow(
  context: CommandContext,
  opened: Opened,
  id: RepositoryId,
  options: DataOption,
): Promise<number> {
  const { effects } = context;
  const { line } = opened;
  const store = opened.database.web.in(opened.owner.organizationId);
  let asked = (await waitingEvents(store, id)).at(-1)?.id;
  const seen = { state: "", at: performance.now() };
  const pauses = new PauseNotice(store, id);
  for (;;) {
    // before the state: when the event is answered, the state that is read afterwards is the answer
    const waiting = await waitingEvents(store, id);
    let event = waiting.find((each) => each.id === asked);
    if (event === undefined) {
      // a sync that finds older commits, or further files, leaves them to an import: only that answers what was asked
      event = waiting.find(({ task }) => task === "import");
      asked = event?.id;
    }
    const view = await readRepositoryView(opened.reads, opened.owner.organizationId, id);
    // while it waits, an old failure is none of its own
    if (event === undefined ? view.state === "failed" : event.attempts > 0) {
      line.write(`tidemark: ${escapeControls(`${view.name}: ${view.problem ?? "the import failed"}`)}\n`);
      if (event !== undefined) effects.err.write("A running server tries it again by itself.\n");
      if (view.syncedAt === null) effects.err.write(`It stays in the list; to remove it: ${removal(view, options)}\n`);
      return EXIT.failed;
    }
    const refusal = event === undefined ? undefined : opened.refused.get(id);
    if (refusal !== undefined) {
      line.write(`tidemark: ${escapeControls(`${view.name}: ${refusal.message}`)}\n`);
      effects.err.write(`${FORBIDDEN}\n`);
      return EXIT.failed;
    }
    if (event === undefined && view.state === "ready") {
      line.end();
      effects.out.write(`${summary(view)}\n`);
      if (view.empty?.reason === "new")
        effects.err.write("It has no commits yet: what is pushed first is read by itself while a server runs.\n");
      else if (view.files === 0)
        effects.err.write("Tidemark reads files such as metrics.json or params.yaml: there are none.\n");
      return EXIT.done;
    }
    if (view.progress !== null) line.show(shown(view.progress));
    const pause = event === undefined ? null : await pauses.look(effects.now());
    if (pause !== null) line.write(`tidemark: ${escapeControls(`${view.name} waits: ${pause}`)}; ${WAITED_FOR}\n`);
    const trouble = opened.trouble();
    if (trouble !== null && !isBeingWorkedOn(view, seen)) {
      line.end();
      throw trouble;
    }
    if (effects.signal.aborted) {
      line.write("Stopped; a running server goes on with it where it was, or the next one that is started.\n");
      return EXIT.stopped;
    }
    await wait(LOOK_MS, undefined, { signal: effects.signal }).catch(() => undefined);
  }
}

/** Whether another worker is at it: then its state says so, and it shows a sign of life while its lease lasts. */
function isBeingWorkedOn(view: RepositoryView, seen: { state: string; at: number }): boolean {
  const state = JSON.stringify([view.state, view.version, view.progress]);
  if (state !== seen.state) Object.assign(seen, { state, at: performance.now() });
  return (view.state === "importing" || view.state === "syncing") && performance.now() - seen.at < LEASE_MS;
}

/** The command that removes a repository; a name that a shell would read otherwise is not in it. */
function removal({ name, id }: RepositoryView, { data }: DataOption): string {
  const where = data === undefined ? "" : " --data FOLDER";
  return `tidemark repository remove ${/^\w[\w./-]*$/.test(name) ? name : id}${where}`;
}

function shown(progress: NonNullable<RepositoryView["progress"]>): Progress {
  const { phase, commitsDone, commitsTotal, filesDone, filesTotal, secondsLeft } = progress;
  // what is counted while fetching are Git's objects
  if (phase === "fetching") return { phase: "fetching objects", done: filesDone, total: filesTotal, share: null };
  const share = importShare(progress);
  return { phase: `${phase} commits`, done: commitsDone, total: commitsTotal, secondsLeft, share };
}

/** @returns "good: 1,204 commits (3 miss values), 1 branch, 2 metric files" */
export function summary({ name, commits, commitsMissingValues, branches, files }: RepositoryView): string {
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

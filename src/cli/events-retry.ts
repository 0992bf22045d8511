// `tidemark events retry`: runs an event again, or reads a delivery that led nowhere once more, and waits for what becomes of it.
import { setTimeout as wait } from "node:timers/promises";
import type { RepositoryId } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { readRepositoryView } from "../reads/repository-list.ts";
import { type DeliveryFate, readDeliveryFate } from "../store/stray-delivery.ts";
import { retryEvent, retryStrayDelivery } from "../workspace/retry-event.ts";
import type { CommandContext } from "./context.ts";
import type { DataOption } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { find, findHook, follow, type Opened } from "./on-installation.ts";

/** How often a delivery is looked at while the command waits for it, in ms. */
const LOOK_MS = 100;

/** Runs an event of a repository again. @returns the exit code */
export async function retryOfRepository(
  context: CommandContext,
  opened: Opened,
  [name, event]: readonly [string, string],
  options: DataOption,
): Promise<number> {
  const { organizationId, userId } = opened.owner;
  const { id } = await find(opened, name, "run an event of the repository again");
  await retryEvent(opened, organizationId, id as RepositoryId, event, userId);
  return follow(context, opened, id as RepositoryId, options);
}

/** Reads a delivery of a webhook for all repositories once more. @returns the exit code */
export async function retryOfWebhook(
  context: CommandContext,
  opened: Opened,
  [hook, event]: readonly [string, string],
  options: DataOption,
): Promise<number> {
  const { organizationId, userId } = opened.owner;
  const webhook = await findHook(opened, hook);
  await retryStrayDelivery(opened, organizationId, { webhook, event }, userId);
  const fate = await fateOf(context, opened, { webhook, event });
  const { out, err } = context.effects;
  if (fate === "stopped") {
    err.write("Stopped; a running server reads it all the same.\n");
    return EXIT.stopped;
  }
  if (fate === null || fate.repository === null) {
    out.write(`It led to no repository: ${escapeControls(fate?.error ?? "it is gone.")}\n`);
    return EXIT.failed;
  }
  const { name } = await readRepositoryView(opened.reads, organizationId, fate.repository);
  out.write(`It is about ${escapeControls(name)}.\n`);
  return follow(context, opened, fate.repository, options);
}

/** Waits until a worker has read it. @throws what keeps the worker of this process from working */
async function fateOf(
  { effects }: CommandContext,
  opened: Opened,
  { webhook, event }: { readonly webhook: string; readonly event: string },
): Promise<DeliveryFate | null | "stopped"> {
  const store = opened.database.web.in(opened.owner.organizationId);
  for (;;) {
    const fate = await readDeliveryFate(store, webhook, event);
    if (fate === null || fate.repository !== null || fate.state !== "due") return fate;
    const trouble = opened.trouble();
    if (trouble !== null) throw trouble;
    if (effects.signal.aborted) return "stopped";
    await wait(LOOK_MS, undefined, { signal: effects.signal }).catch(() => undefined);
  }
}

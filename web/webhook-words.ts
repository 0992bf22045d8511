// How a webhook is doing, in a few words.
import type { RepositoryHealth } from "../src/api/contract/health.ts";
import type { Webhook } from "../src/api/contract/webhooks.ts";

/** What of the health of its repository says whether it is relied on. */
export interface WebhookHealth {
  readonly signs: readonly RepositoryHealth["signs"][number][];
  readonly poll: Pick<RepositoryHealth["poll"], "isWebhookWorking">;
}

interface Words {
  readonly tone: "good" | "busy" | "bad";
  readonly line: string;
}

const WAITING: Words = { tone: "busy", line: "set up, nothing has arrived yet" };
const MISSED: Words = { tone: "bad", line: "missed a change, not relied on before the next delivery" };
const QUIET: Words = { tone: "busy", line: "nothing within a day, not relied on before the next delivery" };

const STATES: Readonly<Record<Webhook["state"], Words>> = {
  waiting: WAITING,
  active: { tone: "good", line: "works" },
  missing: { tone: "bad", line: "gone at the provider" },
  refused: { tone: "bad", line: "has to be made by hand" },
};

/** @param health of its repository; null: not known, or it serves many. @returns how a webhook is doing */
export function webhookWords(
  { state, receivedAt }: Pick<Webhook, "state" | "receivedAt">,
  health: WebhookHealth | null,
): Words {
  if (state !== "active") return STATES[state];
  // a provider that has it and sends nothing by itself shows only with the first push that it works
  if (receivedAt === null) return WAITING;
  if (health === null || health.poll.isWebhookWorking) return STATES.active;
  return health.signs.includes("missed") ? MISSED : QUIET;
}

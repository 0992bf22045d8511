// Calls and questions of the API about webhooks that serve all repositories.
import { queryOptions } from "@tanstack/react-query";
import type {
  listTeamWebhooks,
  makeTeamWebhook,
  removeTeamWebhook,
  showTeamWebhook,
} from "../src/api/contract/webhooks.ts";
import { type Answer, type Body, call, problemOf, withSignal } from "./api.ts";

const WEBHOOKS: typeof listTeamWebhooks.url = "/api/v1/webhooks";
const WEBHOOK: typeof showTeamWebhook.url = "/api/v1/webhooks/:webhook";

function fill(pattern: string, webhook: string): string {
  return pattern.replace(":webhook", () => encodeURIComponent(webhook));
}

/** Those that there are; null for a person who has nothing to do with them: they are for owners and admins. */
export const teamWebhooksQuery = queryOptions({
  queryKey: ["team-webhooks"],
  queryFn: async ({ signal }) => {
    try {
      return (await call<typeof listTeamWebhooks>("GET", WEBHOOKS, withSignal(signal))).webhooks;
    } catch (error) {
      if (problemOf(error).code === "not-allowed") return null;
      throw error;
    }
  },
});

/** Makes one, and gives its secret. */
export function postTeamWebhook(webhook: Body<typeof makeTeamWebhook>): Promise<Answer<typeof makeTeamWebhook>> {
  return call<typeof makeTeamWebhook>("POST", WEBHOOKS, { body: webhook });
}

/** Gives the secret of one, or another secret. */
export function postTeamSecret(
  webhook: string,
  ask: Body<typeof showTeamWebhook>,
): Promise<Answer<typeof showTeamWebhook>> {
  return call<typeof showTeamWebhook>("POST", fill(WEBHOOK, webhook), { body: ask });
}

/** Removes one. */
export function deleteTeamWebhook(webhook: string): Promise<Answer<typeof removeTeamWebhook>> {
  return call<typeof removeTeamWebhook>("DELETE", fill(WEBHOOK, webhook));
}

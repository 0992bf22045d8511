// The webhook of a repository in the API: where it is, how it is doing, how it is set up by hand, and its secret.
import { z } from "zod";
import { WEBHOOK_KINDS } from "../../domain/webhook-kind.ts";
import { type Contract, RepositoryParams } from "./contract.ts";

/** How a webhook is made by hand. */
const HookSteps = z.object({
  /** the provider's page; null where each server has its own way */
  page: z.string().nullable(),
  /** in order, in the words of that page */
  steps: z.array(z.string()),
});

/** The webhook of a repository. */
export const Webhook = z.object({
  /** who signs how */
  kind: z.enum(WEBHOOK_KINDS),
  /** what the provider is called; a plain Git server has none that creates webhooks */
  provider: z.enum(["github", "gitlab", "gitea", "bitbucket", "plain"]),
  /** the address that is called; null while this server does not know its own (TIDEMARK_URL) */
  address: z.string().nullable(),
  /** `waiting`: nothing has arrived yet; `active`: it works; `missing`: gone at the provider; `refused`: make it by hand */
  state: z.enum(["waiting", "active", "missing", "refused"]),
  /** why it does not work, or cannot be made for you, in words for people */
  problem: z.string().nullable(),
  /** whether it was made at the provider with an account's access; then it is checked daily and removed with the repository */
  madeForYou: z.boolean(),
  /** when a delivery arrived last, and when the provider was asked last */
  receivedAt: z.string().nullable(),
  checkedAt: z.string().nullable(),
  /** until when the secret before the last rotation is taken too */
  previousUntil: z.string().nullable(),
  setUp: HookSteps,
  /**
   * a line for a shell and the lines of a Git server's post-receive hook; of kind `signed` only. Git does not say of which
   * repository it calls: for all of them there is the line alone, which names one
   */
  commands: z.object({ curl: z.string(), postReceive: z.string().nullable() }).nullable(),
});
/** The webhook of a repository. */
export type Webhook = z.infer<typeof Webhook>;

/** How it is doing; null before anybody or anything made one. */
export const getWebhook = {
  method: "GET",
  url: "/api/v1/repositories/:repository/webhook",
  summary: "Its webhook: address, state, how it is set up by hand, and whether one is still to be removed",
  params: RepositoryParams,
  status: 200,
  answer: z.object({
    webhook: Webhook.nullable(),
    /**
     * one that was removed here and is still at the provider, which could not be asked or did not allow it: since when,
     * and when its removal is tried again; null: none
     */
    left: z.object({ since: z.string(), nextAt: z.string() }).nullable(),
  }),
  problems: ["not-signed-in", "not-allowed", "repository-not-found"],
} as const satisfies Contract;

/** Makes it where there is none, sets it up at the provider where an account may, and shows its secret. */
export const setUpWebhook = {
  method: "POST",
  url: "/api/v1/repositories/:repository/webhook",
  summary: "Make its webhook, or set it up anew, and show its secret",
  params: RepositoryParams,
  body: z.strictObject({
    /** a new secret; the one before is taken for another day */
    rotate: z.boolean().optional(),
    /** another kind than the provider's own: for a sender that signs by Standard Webhooks, or a line of curl */
    kind: z.enum(WEBHOOK_KINDS).optional(),
  }),
  status: 200,
  answer: z.object({ webhook: Webhook, secret: z.string() }),
  problems: ["not-signed-in", "not-allowed", "repository-not-found"],
} as const satisfies Contract;

/** Removes it, also at the provider where it was made for you. */
export const removeWebhook = {
  method: "DELETE",
  url: "/api/v1/repositories/:repository/webhook",
  summary: "Remove its webhook; its repository is followed by polling",
  params: RepositoryParams,
  status: 204,
  answer: null,
  problems: ["not-signed-in", "not-allowed", "repository-not-found"],
} as const satisfies Contract;

/** A webhook that serves all repositories of the organisation. */
export const TeamWebhook = Webhook.extend({ id: z.string() });
/** A webhook that serves all repositories of the organisation. */
export type TeamWebhook = z.infer<typeof TeamWebhook>;

/** Which webhook that serves all repositories. */
export const TeamWebhookParams = z.object({
  webhook: z
    .string()
    .max(18, { abort: true })
    .regex(/^[1-9][0-9]{0,17}$/, "the id of a webhook, in digits"),
});

/** Those that serve all repositories. */
export const listTeamWebhooks = {
  method: "GET",
  url: "/api/v1/webhooks",
  summary: "Webhooks that serve all repositories: of a GitHub organization, a GitLab group, a Bitbucket workspace …",
  status: 200,
  answer: z.object({ webhooks: z.array(TeamWebhook) }),
  problems: ["not-signed-in", "not-allowed"],
} as const satisfies Contract;

/** Makes one; a person sets it up at the provider. */
export const makeTeamWebhook = {
  method: "POST",
  url: "/api/v1/webhooks",
  summary: "Make a webhook that serves all repositories, and show its secret",
  body: z.strictObject({ kind: z.enum(WEBHOOK_KINDS) }),
  status: 201,
  answer: z.object({ webhook: TeamWebhook, secret: z.string() }),
  problems: ["not-signed-in", "not-allowed"],
} as const satisfies Contract;

/** Shows its secret. */
export const showTeamWebhook = {
  method: "POST",
  url: "/api/v1/webhooks/:webhook",
  summary: "Show the secret of a webhook that serves all repositories, or make it another one",
  params: TeamWebhookParams,
  body: z.strictObject({
    /** a new secret; the one before is taken for another day */
    rotate: z.boolean().optional(),
  }),
  status: 200,
  answer: z.object({ webhook: TeamWebhook, secret: z.string() }),
  problems: ["not-signed-in", "not-allowed", "webhook-not-found"],
} as const satisfies Contract;

/** Removes it here; at the provider a person does. */
export const removeTeamWebhook = {
  method: "DELETE",
  url: "/api/v1/webhooks/:webhook",
  summary: "Remove a webhook that serves all repositories",
  params: TeamWebhookParams,
  status: 204,
  answer: null,
  problems: ["not-signed-in", "not-allowed", "webhook-not-found"],
} as const satisfies Contract;

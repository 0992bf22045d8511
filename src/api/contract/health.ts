// How following a repository goes, in the API: its webhook, looks at its refs, what went wrong, files that fell silent.
import { z } from "zod";
import { HEALTH_SIGNS } from "../../domain/health-sign.ts";
import { PROVIDER_KINDS } from "../../domain/provider-kind.ts";
import { WEBHOOK_KINDS } from "../../domain/webhook-kind.ts";
import { type Contract, RepositoryParams } from "./contract.ts";
import { EmptyRepository } from "./repositories.ts";

const time = z.string().nullable();

/** How following a repository goes. */
export const RepositoryHealth = z.object({
  /** `good`: nothing to do; `notice`: people should know; `bad`: somebody has to do something */
  tone: z.enum(["good", "notice", "bad"]),
  signs: z.array(z.enum(HEALTH_SIGNS)),
  /** null: none; and folders have none */
  webhook: z
    .object({
      kind: z.enum(WEBHOOK_KINDS),
      state: z.enum(["waiting", "active", "missing", "refused"]),
      /** why it does not work, in words for people */
      problem: z.string().nullable(),
      /** whether it serves the whole team's repositories */
      isShared: z.boolean(),
      /** who made it at the provider: Tidemark with an account's access, or a person by hand */
      madeBy: z.enum(["account", "hand"]),
      checkedAt: time,
    })
    .nullable(),
  /** when a delivery about this repository arrived last */
  deliveredAt: time,
  poll: z.object({
    /** seconds between two looks as things are; null: turned off */
    everySeconds: z.number().int().nullable(),
    /** whether its webhook tells of changes, so that looks can be rare: a delivery came within a day, and none was missed since */
    isWebhookWorking: z.boolean(),
    polledAt: time,
    /** when the next look comes, pauses of its server and its account over; a time that is past means that it is waited for */
    nextAt: time,
    /** when all branches were compared with the stored ones last */
    comparedAt: time,
    /** looks that failed one after the other, since when, and what the last one met; told once there are several */
    failures: z.number().int(),
    failingSince: time,
    problem: z.string().nullable(),
  }),
  /** changes that looks found and no webhook had told of, since the webhook was set up */
  missed: z.object({ count: z.number().int(), at: time }),
  /** why it could not be brought up to date; null while that works */
  failing: z
    .object({
      /** in words for people, with what to do */
      problem: z.string(),
      /** when that began; null: not known */
      since: time,
      /** when it is tried again; null: not by itself, before something changes */
      nextAt: time,
    })
    .nullable(),
  /** by whose access it is read; null: as anybody may */
  account: z
    .object({
      id: z.string(),
      name: z.string(),
      login: z.string(),
      kind: z.enum(PROVIDER_KINDS),
      state: z.enum(["active", "refused", "expired"]),
      problem: z.string().nullable(),
      missingScopes: z.array(z.string()),
      expiresAt: time,
    })
    .nullable(),
  /** its server, and until when that or the account is left alone */
  waiting: z.object({ host: z.string().nullable(), hostUntil: time, accountUntil: time }),
  /** why it has no branch; null where it has one, and before it was read */
  empty: EmptyRepository.nullable(),
  /** branches that the server lists no more; null: none */
  vanished: z
    .object({
      branches: z.number().int(),
      /** the first two of them */
      names: z.array(z.string()),
      /** branches that are followed, those included */
      live: z.number().int(),
      /** looks that did not find them, of those that must not before they count as deleted */
      looks: z.number().int(),
      looksWanted: z.number().int(),
      since: z.string(),
      /** when the next look counts */
      nextAt: z.string(),
    })
    .nullable(),
  /** at most 20 files, the longest silent first: commits of the default branch since the last version, and that version's */
  silentFiles: z.array(
    z.object({ path: z.string(), commits: z.number().int(), sha: z.string(), committedAt: z.string() }),
  ),
  /** null for a folder, and before the first fetch */
  mirrorBytes: z.number().int().nullable(),
  /** what its provider calls it; null where that is not known */
  provider: z
    .object({
      kind: z.enum(PROVIDER_KINDS),
      name: z.string().nullable(),
      webUrl: z.string().nullable(),
      visibility: z.enum(["public", "private"]).nullable(),
      archived: z.boolean(),
      checkedAt: time,
    })
    .nullable(),
});
/** How following a repository goes. */
export type RepositoryHealth = z.infer<typeof RepositoryHealth>;

/** How following it goes. */
export const getHealth = {
  method: "GET",
  url: "/api/v1/repositories/:repository/health",
  summary: "How following it goes: webhook, looks at its branches, what failed, files that fell silent",
  params: RepositoryParams,
  status: 200,
  answer: RepositoryHealth,
  problems: ["not-signed-in", "repository-not-found"],
} as const satisfies Contract;

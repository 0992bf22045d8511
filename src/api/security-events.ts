// What the log tells of security: who did or tried what, of which organisation, from where, and what came of it.
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Log } from "../log.ts";
import { changeAccount, connectAccount, removeAccount } from "./contract/accounts.ts";
import type { Contract } from "./contract/contract.ts";
import { exportCommits } from "./contract/export.ts";
import { signInByLink, signOut } from "./contract/session.ts";
import {
  makeTeamWebhook,
  removeTeamWebhook,
  removeWebhook,
  setUpWebhook,
  showTeamWebhook,
} from "./contract/webhooks.ts";

/** What is told when it was done. What was refused is told by the problem's handler. */
const TOLD: ReadonlyMap<Contract, string> = new Map<Contract, string>([
  [signInByLink, "a person signed in"],
  [signOut, "a person signed out"],
  [connectAccount, "an account at a Git server was connected"],
  [changeAccount, "an account at a Git server was changed"],
  [removeAccount, "an account at a Git server was removed"],
  [setUpWebhook, "a webhook was set up, or its secret replaced"],
  [removeWebhook, "a webhook was removed"],
  [makeTeamWebhook, "a webhook for all repositories was made"],
  [showTeamWebhook, "the secret of a webhook for all repositories was shown or replaced"],
  [removeTeamWebhook, "a webhook for all repositories was removed"],
  [exportCommits, "a history was exported"],
]);

/** Who asks, in the log's fields; never by name or e-mail address. */
export interface Asker {
  readonly organization?: string;
  readonly user?: string;
  /** the peer's address */
  readonly client: string;
}

/** @returns who asks, as far as it is known by now */
export function whoAsks(request: FastifyRequest): Asker {
  const { caller, ip } = request;
  return caller ? { organization: caller.organizationId, user: caller.userId, client: ip } : { client: ip };
}

/** Tells of what was done, once its answer is sent. Call it before routes are added. */
export function logSecurityEvents(app: FastifyInstance, log: Log): void {
  app.addHook("onResponse", (request, reply, done) => {
    const { contract } = request.routeOptions.config as { contract?: Contract };
    const told = contract === undefined ? undefined : TOLD.get(contract);
    if (told !== undefined && reply.statusCode < 400) {
      const what = {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        outcome: "done",
      };
      log.info({ ...whoAsks(request), ...what }, told);
    }
    done();
  });
}

// What people do with the webhook of a repository: look at it, have it made or made anew, remove it.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { ProviderKind } from "../domain/provider-kind.ts";
import { curlLine, postReceiveHook } from "../providers/signed/signed-lines.ts";
import type { HookSteps } from "../providers/provider.ts";
import { providerOf } from "../providers/registry.ts";
import type { Secret } from "../secrets.ts";
import type { Database, OrganizationStore } from "../store/database.ts";
import { type ProvidedRepository, readProvided } from "../store/repository-provider.ts";
import { readWebhookOf, type StoredWebhook } from "../store/webhook.ts";
import {
  removeWebhook,
  setUpWebhook,
  type WebhookChoice,
  webhookAddress,
  type WebhookDeps,
  webhookSecret,
} from "../webhook-setup.ts";
import { repositoryNotFound } from "./sync-repository.ts";
import { TidemarkError } from "../errors.ts";

/** A webhook as people see it. */
export interface WebhookView {
  readonly kind: StoredWebhook["kind"];
  readonly provider: ProviderKind;
  /** null while this server does not know its own */
  readonly address: string | null;
  readonly state: StoredWebhook["state"];
  readonly problem: string | null;
  readonly madeForYou: boolean;
  readonly receivedAt: string | null;
  readonly checkedAt: string | null;
  readonly previousUntil: string | null;
  readonly setUp: HookSteps;
  readonly commands: { readonly curl: string; readonly postReceive: string } | null;
}

/** What people do with webhooks. */
export interface WebhookCalls {
  /** @returns null before anybody or anything made one */
  read(organization: OrganizationId, repository: RepositoryId): Promise<WebhookView | null>;
  setUp(
    organization: OrganizationId,
    repository: RepositoryId,
    choice: WebhookChoice,
  ): Promise<{ readonly webhook: WebhookView; readonly secret: string }>;
  remove(organization: OrganizationId, repository: RepositoryId): Promise<void>;
}

/** What stands for the secret in a line of shell that is shown without it. */
const SECRET_HERE = "THE-SECRET";

/** Binds the use cases of webhooks. */
export function webhookCalls(deps: WebhookDeps & { readonly database: Pick<Database, "web"> }): WebhookCalls {
  const rowOf = async (store: OrganizationStore, id: RepositoryId, attempt: string): Promise<ProvidedRepository> => {
    const row = await readProvided(store, id);
    if (row === null) throw repositoryNotFound(attempt, id);
    return row;
  };
  return {
    read: async (organization, repository) => {
      const store = deps.database.web.in(organization);
      const row = await rowOf(store, repository, "read the webhook of");
      const webhook = await readWebhookOf(store, repository);
      return webhook === null ? null : viewOf(deps, row, webhook, null);
    },
    setUp: async (organization, repository, choice) => {
      const store = deps.database.web.in(organization);
      const webhook = await setUpWebhook(store, deps, repository, choice);
      const row = await rowOf(store, repository, "set up the webhook of");
      if (webhook === null) throw isAFolder(row);
      const secret = await webhookSecret(store, deps, webhook.id);
      if (secret === null) throw repositoryNotFound("set up the webhook of", repository);
      return { webhook: viewOf(deps, row, webhook, secret), secret: secret.reveal() };
    },
    remove: async (organization, repository) => {
      const store = deps.database.web.in(organization);
      await removeWebhook(store, deps, await rowOf(store, repository, "remove the webhook of"));
    },
  };
}

function isAFolder({ name }: ProvidedRepository): TidemarkError {
  const parts = { found: "a folder, which nobody pushes to", wanted: "a repository of a Git server" };
  return new TidemarkError("bad-argument", { attempt: "set up the webhook of", value: name, ...parts });
}

function viewOf(
  deps: WebhookDeps,
  row: ProvidedRepository,
  webhook: StoredWebhook,
  secret: Secret | null,
): WebhookView {
  const address = webhookAddress(deps, row, webhook);
  const provider = providerOf(webhook.kind === "signed" || webhook.kind === "standard" ? "plain" : webhook.kind);
  const place = new URL(row.address);
  const name = row.providerName ?? place.pathname.slice(1).replace(/\.git$/, "");
  const shown = secret?.reveal() ?? SECRET_HERE;
  return {
    kind: webhook.kind,
    provider: provider.kind,
    address,
    state: webhook.state,
    problem: webhook.problem,
    madeForYou: webhook.providerHookId !== null,
    receivedAt: webhook.receivedAt?.toISOString() ?? null,
    checkedAt: webhook.checkedAt?.toISOString() ?? null,
    previousUntil: webhook.previousUntil?.toISOString() ?? null,
    setUp: provider.hookSteps({ baseUrl: baseUrlOf(row, name), name }),
    commands:
      webhook.kind === "signed" && address !== null
        ? { curl: curlLine(address, shown), postReceive: postReceiveHook(address, shown) }
        : null,
  };
}

/** Where the provider is served: its page of the repository without the repository's name. */
function baseUrlOf({ webUrl, address }: ProvidedRepository, name: string): string {
  if (webUrl?.endsWith(`/${name}`) === true) return webUrl.slice(0, -name.length - 1);
  return new URL(address).origin;
}

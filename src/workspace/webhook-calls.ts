// What people do with the webhook of a repository: look at it, have it made or made anew, remove it.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { ProviderKind } from "../domain/provider-kind.ts";
import { curlLine, postReceiveHook } from "../providers/signed/signed-lines.ts";
import type { HookSteps } from "../providers/provider.ts";
import { providerOf } from "../providers/registry.ts";
import type { Secret } from "../secrets.ts";
import type { Database, OrganizationStore } from "../store/database.ts";
import { readPendingRemoval } from "../store/left-webhook.ts";
import { type ProvidedRepository, readProvided, setProviderChecked } from "../store/repository-provider.ts";
import {
  deleteWebhook,
  readTeamWebhooks,
  teamWebhookNotFound,
  readWebhookOf,
  setWebhookUnwanted,
  type StoredWebhook,
} from "../store/webhook.ts";
import {
  makeTeamWebhook,
  rotateWebhook,
  setUpWebhook,
  type WebhookChoice,
  webhookAddress,
  type WebhookDeps,
  webhookSecret,
} from "../webhook-setup.ts";
import { removeWebhook } from "../webhook-removal.ts";
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
  readonly commands: { readonly curl: string; readonly postReceive: string | null } | null;
}

/** A webhook that serves all repositories of a team. */
export interface TeamWebhookView extends WebhookView {
  readonly id: string;
}

/** A webhook, and what its sender signs with. */
export interface ShownWebhook<View> {
  readonly webhook: View;
  readonly secret: string;
}

/** What people do with webhooks. */
export interface WebhookCalls {
  /** `webhook`: null before anybody or anything made one; `left`: one that was removed and is still at the provider */
  read(
    organization: OrganizationId,
    repository: RepositoryId,
  ): Promise<{
    readonly webhook: WebhookView | null;
    readonly left: { readonly since: string; readonly nextAt: string } | null;
  }>;
  setUp(
    organization: OrganizationId,
    repository: RepositoryId,
    choice: WebhookChoice,
  ): Promise<ShownWebhook<WebhookView>>;
  remove(organization: OrganizationId, repository: RepositoryId): Promise<void>;
  readonly team: {
    list(organization: OrganizationId): Promise<readonly TeamWebhookView[]>;
    make(organization: OrganizationId, kind: StoredWebhook["kind"]): Promise<ShownWebhook<TeamWebhookView>>;
    /** shows its secret, another one where it is to be rotated */
    show(organization: OrganizationId, id: string, rotate: boolean): Promise<ShownWebhook<TeamWebhookView>>;
    remove(organization: OrganizationId, id: string): Promise<void>;
  };
}

/** What stands for the secret in a line of shell that is shown without it. */
const SECRET_HERE = "THE-SECRET";

/** Why a webhook does not work whose repository is gone at its provider. */
const GONE_WITH_IT =
  "Its repository is not at the provider any more, or may not be seen there. Once it is, its webhook is looked at again.";

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
      const [webhook, left] = [await readWebhookOf(store, repository), await readPendingRemoval(store, repository)];
      return {
        webhook: webhook === null ? null : viewOf(deps, row, webhook, null),
        left: left === null ? null : { since: left.since.toISOString(), nextAt: left.nextAt.toISOString() },
      };
    },
    setUp: async (organization, repository, choice) => {
      const store = deps.database.web.in(organization);
      const failures: TidemarkError[] = [];
      const failed = (error: TidemarkError): void => void failures.push(error);
      await store.write((tx) => setWebhookUnwanted(tx, repository, false));
      const webhook = await setUpWebhook(store, deps, repository, { ...choice, renew: true, failed });
      // what could not be done now is done by itself, once the provider may be asked
      if (failures.length > 0) await store.write((tx) => setProviderChecked(tx, repository, null));
      const row = await rowOf(store, repository, "set up the webhook of");
      if (webhook === null && !row.webhookUnwanted) throw isAFolder(row);
      const secret = webhook === null ? null : await webhookSecret(store, deps, webhook.id);
      if (webhook === null || secret === null) throw removedAtOnce(row);
      return { webhook: viewOf(deps, row, webhook, secret), secret: secret.reveal() };
    },
    remove: async (organization, repository) => {
      const store = deps.database.web.in(organization);
      const row = await rowOf(store, repository, "remove the webhook of");
      await store.write((tx) => setWebhookUnwanted(tx, repository, true));
      await removeWebhook(store, deps, row);
    },
    team: teamCalls(deps),
  };
}

function teamCalls(deps: WebhookDeps & { readonly database: Pick<Database, "web"> }): WebhookCalls["team"] {
  const found = async (store: OrganizationStore, id: string): Promise<StoredWebhook> => {
    const webhook = (await readTeamWebhooks(store)).find((each) => each.id === id);
    if (webhook === undefined) throw teamWebhookNotFound(id);
    return webhook;
  };
  const shown = async (store: OrganizationStore, id: string): Promise<ShownWebhook<TeamWebhookView>> => {
    const webhook = await found(store, id);
    const secret = await webhookSecret(store, deps, id);
    if (secret === null) return shown(store, id); // removed in between: says so
    return { webhook: teamViewOf(deps, webhook, secret), secret: secret.reveal() };
  };
  return {
    list: async (organization) => {
      const webhooks = await readTeamWebhooks(deps.database.web.in(organization));
      return webhooks.map((webhook) => teamViewOf(deps, webhook, null));
    },
    make: async (organization, kind) => {
      const store = deps.database.web.in(organization);
      return shown(store, await makeTeamWebhook(store, deps, kind));
    },
    show: async (organization, id, rotate) => {
      const store = deps.database.web.in(organization);
      if (rotate) await rotateWebhook(store, deps, await found(store, id));
      return shown(store, id);
    },
    remove: async (organization, id) => {
      const store = deps.database.web.in(organization);
      await found(store, id);
      await store.write((tx) => deleteWebhook(tx, id));
    },
  };
}

function removedAtOnce({ name }: ProvidedRepository): TidemarkError {
  const parts = { found: "one that somebody removed just now", wanted: "another try, where it is wanted all the same" };
  return new TidemarkError("webhook-not-found", { attempt: "set up the webhook of", value: name, ...parts });
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
  const name = row.providerName ?? new URL(row.address).pathname.slice(1).replace(/\.git$/, "");
  const steps = stepsOf(webhook.kind, { baseUrl: baseUrlOf(row, name), name });
  const address = webhookAddress(deps, row, webhook);
  const signer = providerKindOf(webhook.kind);
  // whoever signs, the repository is at its own server
  const provider = signer === "plain" ? (row.provider ?? signer) : signer;
  const view = seen(webhook, { provider, address, setUp: steps, secret });
  return row.gone ? { ...view, state: "missing", problem: GONE_WITH_IT } : view;
}

function teamViewOf(deps: WebhookDeps, webhook: StoredWebhook, secret: Secret | null): TeamWebhookView {
  const { steps } = FOR_ALL[webhook.kind] ?? stepsOf(webhook.kind, { baseUrl: "https://", name: "" });
  const whose = WHOSE[webhook.kind];
  const first = whose === undefined ? [] : [`Open the settings of your ${whose}, and its webhooks there.`];
  const setUp = { page: null, steps: [...first, ...steps] };
  const address = webhookAddress(deps, { address: null }, webhook);
  const view = seen(webhook, { provider: providerKindOf(webhook.kind), address, setUp, secret });
  if (view.commands === null || address === null) return { ...view, id: webhook.id };
  const curl = curlLine(address, secret?.reveal() ?? SECRET_HERE, { repository: ANY_REPOSITORY });
  return { ...view, id: webhook.id, commands: { curl, postReceive: null } };
}

/** What has a webhook for all its repositories, as each provider calls it. */
const WHOSE: Partial<Record<StoredWebhook["kind"], string>> = {
  github: "organization",
  gitlab: "group (the server's system hooks for all groups)",
  gitea: "organization",
  bitbucket: "workspace",
};

/** A sender of Standard Webhooks has a form of its own. */
const STANDARD_BEGIN = [
  "In the sender, add an endpoint. URL: the address.",
  "Signing secret: the secret, with its whsec_ in front.",
];
const STANDARD_STEPS: HookSteps = {
  page: null,
  steps: [
    ...STANDARD_BEGIN,
    'Events: whatever tells of a push. A body such as {"ref": …, "after": …, "repository": …} says more, and is not needed.',
  ],
};

const STANDARD_FOR_ALL: HookSteps = {
  page: null,
  steps: [
    ...STANDARD_BEGIN,
    'Events: whatever tells of a push. The body has to name the repository, by its clone address or as owner/name: {"repository": …}, or the same in "data". "ref" and "after" beside it say more, and are not needed.',
  ],
};

/** What stands for the address of a repository in a line of shell. */
const ANY_REPOSITORY = "https://git.example.org/owner/name.git";

/** A call for whichever repository has to say which one. */
const SIGNED_FOR_ALL: HookSteps = {
  page: null,
  steps: [
    "Take the line that is shown below to where a push can run it: curl and openssl are all that it needs.",
    `In its body, put the address of the repository that was pushed to in the place of ${ANY_REPOSITORY}.`,
    "Run it after each push, as the last line of that repository's post-receive, or wherever else you can.",
  ],
};

/** Where a webhook for all repositories asks for more than one of a single repository. */
const FOR_ALL: Partial<Record<StoredWebhook["kind"], HookSteps>> = {
  signed: SIGNED_FOR_ALL,
  standard: STANDARD_FOR_ALL,
};

function stepsOf(kind: StoredWebhook["kind"], at: { readonly baseUrl: string; readonly name: string }): HookSteps {
  return kind === "standard" ? STANDARD_STEPS : providerOf(providerKindOf(kind)).hookSteps(at);
}

function providerKindOf(kind: StoredWebhook["kind"]): ProviderKind {
  return kind === "signed" || kind === "standard" ? "plain" : kind;
}

function seen(
  webhook: StoredWebhook,
  { provider, address, setUp, secret }: Pick<WebhookView, "provider" | "address" | "setUp"> & { secret: Secret | null },
): WebhookView {
  const { kind, state, problem } = webhook;
  const shown = secret?.reveal() ?? SECRET_HERE;
  return {
    kind,
    provider,
    address,
    state,
    problem,
    madeForYou: webhook.providerHookId !== null,
    receivedAt: webhook.receivedAt?.toISOString() ?? null,
    checkedAt: webhook.checkedAt?.toISOString() ?? null,
    previousUntil: webhook.previousUntil?.toISOString() ?? null,
    setUp,
    commands:
      kind === "signed" && address !== null
        ? { curl: curlLine(address, shown), postReceive: postReceiveHook(address, shown) }
        : null,
  };
}

/** Where the provider is served: its page of the repository without the repository's name. */
function baseUrlOf({ webUrl, address }: ProvidedRepository, name: string): string {
  if (webUrl?.endsWith(`/${name}`) === true) return webUrl.slice(0, -name.length - 1);
  return new URL(address).origin;
}

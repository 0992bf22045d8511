// The webhook of a repository: made with its secret, set up at the provider where an account may, checked.
import { randomBytes } from "node:crypto";
import { type AccountDeps, type AccountUse, withAccount } from "./account-access.ts";
import type { OrganizationId, RepositoryId } from "./domain/model.ts";
import { type WebhookKind, webhookKindOf } from "./domain/webhook-kind.ts";
import { isTidemarkError, type TidemarkError } from "./errors.ts";
import type { SealedPlace } from "./keyring.ts";
import type { HookSettings, ProviderHook, RepositoryPlace } from "./providers/provider.ts";
import { makeWebhookSecret } from "./providers/webhook-sources.ts";
import type { Secret } from "./secrets.ts";
import type { OrganizationStore, Transaction } from "./store/database.ts";
import { forgetDeliveries, forgetMissed } from "./store/missed-change.ts";
import { lockSettings } from "./store/repository-settings.ts";
import { type ProvidedRepository, readProvided } from "./store/repository-provider.ts";
import {
  insertWebhook,
  readWebhookOf,
  readWebhookSecrets,
  setWebhookAtProvider,
  setWebhookSecrets,
  type StoredWebhook,
  type WebhookAtProvider,
} from "./store/webhook.ts";
import { removeMadeInVain, removeWebhook } from "./webhook-removal.ts";

/** What setting webhooks up needs. */
export interface WebhookDeps extends AccountDeps {
  /**
   * The origin that the server of a repository reaches this one by; null while nobody has said it (TIDEMARK_URL).
   * @param address of the repository; null for whichever a team's webhook serves
   */
  readonly originFor: (address: string | null) => string | null;
}

/** What a person chose; what is left out is as it was, or the provider's own. */
export interface WebhookChoice {
  readonly kind?: WebhookKind | undefined;
  /** another secret; the one before is taken for another day */
  readonly rotate?: boolean | undefined;
  /** sets it anew at the provider, whatever it looks like there: a secret cannot be seen */
  readonly renew?: boolean | undefined;
  /** told of what its provider could not do now, and may another time */
  readonly failed?: ((error: TidemarkError) => void) | undefined;
}

/** How long the secret before a rotation is taken, in ms: deliveries that were signed with it are under way, or resent. */
const OVERLAP_MS = 86_400_000;
/** 128 bits: found by nobody by trying, and no proof all the same. */
const HOOK_ID_BYTES = 16;
const NO_ADDRESS =
  "This server does not know the address that others reach it by: start it, and each worker on another machine, with TIDEMARK_URL, such as https://tidemark.example.org.";

/** @returns the address that is called, or null while the server does not know its own */
export function webhookAddress(
  { originFor }: Pick<WebhookDeps, "originFor">,
  { address }: { readonly address: string | null },
  { hookId }: Pick<StoredWebhook, "hookId">,
): string | null {
  const origin = originFor(address);
  return origin === null ? null : `${origin}/hooks/${hookId}`;
}

/** @returns what says by which origin a server is reached: its public one, or to servers of its own machine the local one */
export function originsOf(publicUrl: string | null, local: () => string | null): WebhookDeps["originFor"] {
  return (address) => {
    if (publicUrl !== null) return publicUrl;
    return address === null || isLocal(address) ? local() : null;
  };
}

/** The same for a process that nobody reaches: by what the server beside it has noted, whichever of the two that is. */
export function originsBeside(publicUrl: string | null, noted: () => string | null): WebhookDeps["originFor"] {
  return (address) => {
    const origin = noted();
    const isPublic = origin !== null && !isLocal(origin);
    return originsOf(publicUrl ?? (isPublic ? origin : null), () => origin)(address);
  };
}

function isLocal(address: string): boolean {
  return /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(address).hostname);
}

/**
 * Makes a repository's webhook where it has none, and sets it up at the provider where its account may; where it may not,
 * the webhook says why. Doing it twice changes nothing.
 * @returns it, or null where there is no such repository, or none of a server, or nobody wants a webhook for it
 * @throws TidemarkError `secret-not-opened`
 */
export async function setUpWebhook(
  store: OrganizationStore,
  deps: WebhookDeps,
  repository: RepositoryId,
  choice: WebhookChoice = {},
): Promise<StoredWebhook | null> {
  const row = await readProvided(store, repository);
  if (row === null || !/^https?:/.test(row.address)) return null;
  const own = await readWebhookOf(store, repository);
  // another kind signs in another way: a new address, so that no delivery is taken for one of the other kind
  if (own !== null && choice.kind !== undefined && choice.kind !== own.kind) await removeWebhook(store, deps, row);
  const webhook = await store.write((tx) => ensureWebhook(tx, deps, row, choice));
  if (webhook === null) return null;
  const secret = await webhookSecret(store, deps, webhook.id);
  if (secret !== null && webhook.kind === row.provider) {
    const isAnew = choice.rotate === true || choice.renew === true;
    const failed = await setUpAtProvider(store, deps, row, webhook, secret, isAnew);
    if (failed !== null) choice.failed?.(failed);
  }
  return readWebhookOf(store, repository);
}

/** Makes a webhook that serves all repositories of a team, whichever a delivery is about. @returns its id */
export function makeTeamWebhook(store: OrganizationStore, deps: WebhookDeps, kind: WebhookKind): Promise<string> {
  return store.write((tx) => insertWithSecret(tx, deps, { kind, repositoryId: null }));
}

/** Gives a webhook another secret. @returns false when it is gone */
export function rotateWebhook(
  store: OrganizationStore,
  deps: WebhookDeps,
  { id, kind }: StoredWebhook,
): Promise<boolean> {
  return store.write((tx) => rotateSecret(tx, deps, id, kind));
}

async function insertWithSecret(
  tx: Transaction,
  { keyring }: WebhookDeps,
  { kind, repositoryId }: Pick<StoredWebhook, "kind" | "repositoryId">,
): Promise<string> {
  const hookId = randomBytes(HOOK_ID_BYTES).toString("hex");
  const id = await insertWebhook(tx, { hookId, kind, repositoryId });
  const secret = keyring.seal(makeWebhookSecret(kind), placeOf(tx.organizationId, id, "secret"));
  await setWebhookSecrets(tx, id, { secret, previousSecret: null, previousUntil: null });
  return id;
}

async function rotateSecret(tx: Transaction, deps: WebhookDeps, id: string, kind: WebhookKind): Promise<boolean> {
  const before = await openSecret(tx, deps, id);
  if (before === null) return false;
  await setWebhookSecrets(tx, id, {
    secret: deps.keyring.seal(makeWebhookSecret(kind), placeOf(tx.organizationId, id, "secret")),
    previousSecret: deps.keyring.seal(before, placeOf(tx.organizationId, id, "previous_secret")),
    previousUntil: new Date(deps.call.now() + OVERLAP_MS),
  });
  return true;
}

/** Two that make it at once make one, and one that is removed at once is not made: the repository's row is locked. */
async function ensureWebhook(
  tx: Transaction,
  deps: WebhookDeps,
  row: ProvidedRepository,
  { kind = webhookKindOf(row.provider), rotate = false }: WebhookChoice,
): Promise<StoredWebhook | null> {
  await lockSettings(tx, row.id);
  const now = await readProvided(tx, row.id);
  if (now === null || now.webhookUnwanted) return null;
  const known = await readWebhookOf(tx, row.id);
  if (known === null) await insertWithSecret(tx, deps, { kind, repositoryId: row.id });
  else if (rotate) await rotateSecret(tx, deps, known.id, known.kind);
  // only what another webhook or another secret is about counts from nothing again
  if (known === null || rotate) await forgetMissed(tx, row.id);
  if (known === null) await forgetDeliveries(tx, row.id);
  return known ?? (await readWebhookOf(tx, row.id));
}

function placeOf(organizationId: OrganizationId, rowId: string, column: "secret" | "previous_secret"): SealedPlace {
  return { table: "webhook", column, rowId, organizationId };
}

async function openSecret(tx: OrganizationStore | Transaction, deps: WebhookDeps, id: string): Promise<Secret | null> {
  const sealed = await readWebhookSecrets(tx, id);
  return sealed === null ? null : deps.keyring.open(sealed.secret, placeOf(tx.organizationId, id, "secret"));
}

/** @returns what deliveries are to be signed with, or null when the webhook is gone. @throws `secret-not-opened` */
export function webhookSecret(store: OrganizationStore, deps: WebhookDeps, id: string): Promise<Secret | null> {
  return openSecret(store, deps, id);
}

/**
 * What went wrong is kept with the webhook: whoever reads of it sets it up by hand.
 * @returns what the provider could not do now; null where it did it, and where it never will
 */
async function setUpAtProvider(
  store: OrganizationStore,
  deps: WebhookDeps,
  row: ProvidedRepository,
  webhook: StoredWebhook,
  secret: Secret,
  anew: boolean,
): Promise<TidemarkError | null> {
  const at = (changes: Partial<WebhookAtProvider>): WebhookAtProvider => {
    const { accountId, providerHookId, url, state, problem } = webhook;
    return { accountId, providerHookId, url, state, problem, checkedAt: new Date(deps.call.now()), ...changes };
  };
  const keep = (changes: Partial<WebhookAtProvider>) =>
    store.write((tx) => setWebhookAtProvider(tx, webhook.id, at(changes)));
  const address = webhookAddress(deps, row, webhook);
  // the process that people reach may know an address that this one does not
  if (address === null && webhook.url === null) await keep({ problem: NO_ADDRESS });
  const { accountId, providerId, providerName } = row;
  if (address === null || accountId === null || providerId === null || providerName === null) return null;
  const place: RepositoryPlace = { id: providerId, name: providerName };
  try {
    const hook = await withAccount(store, deps, accountId, (use) =>
      hookAt(use, place, webhook, { url: address, secret }, anew),
    );
    if (hook === null) return null; // the provider has no webhooks, or the account is gone
    const { id, url, problem } = hook;
    const isKept = await keep({ accountId, providerHookId: id, url, problem, state: "active" });
    if (!isKept) await removeMadeInVain(store, deps, { accountId, providerHookId: id }, place);
    return null;
  } catch (error) {
    if (!isTidemarkError(error)) throw error;
    // what may not be made is made by a person; a server that does not answer is asked again
    const isRefused = isTidemarkError(error, "scope-missing", "account-refused");
    await keep({ state: isRefused ? "refused" : webhook.state, problem: error.message });
    return isRefused ? null : error;
  }
}

/** Finds, makes or mends the webhook at its provider. */
async function hookAt(
  { provider, call, access }: AccountUse,
  place: RepositoryPlace,
  { providerHookId }: StoredWebhook,
  settings: HookSettings,
  anew: boolean,
): Promise<ProviderHook | null> {
  const { webhooks } = provider;
  if (webhooks === null) return null;
  const known =
    (providerHookId === null
      ? null
      : await webhooks.find(call, access, place, { id: providerHookId, url: settings.url })) ??
    (await webhooks.find(call, access, place, { id: null, url: settings.url }));
  if (known === null) return webhooks.create(call, access, place, settings);
  if (known.complete && known.url === settings.url && !anew) return known;
  return (
    (await webhooks.update(call, access, place, known.id, settings)) ?? webhooks.create(call, access, place, settings)
  );
}

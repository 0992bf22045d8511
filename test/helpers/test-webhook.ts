// Webhooks of tests: rows with secrets sealed by a key of the test's own, and deliveries signed with them.
import { createHmac, randomBytes } from "node:crypto";
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import type { WebhookKind } from "../../src/domain/webhook-kind.ts";
import { Keyring } from "../../src/keyring.ts";
import { Secret } from "../../src/secrets.ts";
import type { Database } from "../../src/store/database.ts";
import { insertWebhook, setWebhookSecrets } from "../../src/store/webhook.ts";

/** Seals the secrets of tests. */
export const testKeyring = new Keyring([{ id: "test", bytes: randomBytes(32) }]);

/** A webhook that is there. */
export interface TestWebhook {
  readonly id: string;
  readonly organizationId: OrganizationId;
  readonly kind: WebhookKind;
  /** "/hooks/<id>" */
  readonly path: string;
  readonly secret: string;
}

/** What a webhook is where a test does not take it as it comes. */
export interface TestWebhookChoice {
  readonly kind?: WebhookKind;
  readonly repository?: RepositoryId | null;
  /** default: any, which a signature of Standard Webhooks cannot be made with */
  readonly secret?: string;
}

/** Makes a webhook of one repository, or of a whole team. */
export async function makeTestWebhook(
  database: Pick<Database, "web">,
  organizationId: OrganizationId,
  { kind = "github", repository = null, secret = randomBytes(16).toString("hex") }: TestWebhookChoice = {},
): Promise<TestWebhook> {
  const hookId = randomBytes(16).toString("hex");
  const id = await database.web.in(organizationId).write(async (tx) => {
    const made = await insertWebhook(tx, { hookId, kind, repositoryId: repository });
    const place = { table: "webhook", column: "secret", rowId: made, organizationId };
    const sealed = testKeyring.seal(Secret.of(secret), place);
    await setWebhookSecrets(tx, made, { secret: sealed, previousSecret: null, previousUntil: null });
    return made;
  });
  return { id, organizationId, kind, path: `/hooks/${hookId}`, secret };
}

/** Replaces a webhook's secret; the one before is taken until then. @returns the webhook with its new secret */
export async function rotateTestWebhook(
  database: Pick<Database, "web">,
  webhook: TestWebhook,
  previousUntil: Date,
): Promise<TestWebhook> {
  const { id: rowId, organizationId } = webhook;
  const secret = randomBytes(16).toString("hex");
  const seal = (text: string, column: string) =>
    testKeyring.seal(Secret.of(text), { table: "webhook", column, rowId, organizationId });
  await database.web.in(organizationId).write((tx) =>
    setWebhookSecrets(tx, rowId, {
      secret: seal(secret, "secret"),
      previousSecret: seal(webhook.secret, "previous_secret"),
      previousUntil,
    }),
  );
  return { ...webhook, secret };
}

/** @returns the headers of a delivery of this body, as its sender signs it */
export function signedHeaders(
  { kind, secret }: Pick<TestWebhook, "kind" | "secret">,
  body: Uint8Array | string,
  { delivery, event = "push" }: { readonly delivery?: string; readonly event?: string } = {},
): Record<string, string> {
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  const named = (id: string, name: string): Record<string, string> => ({
    ...(delivery === undefined ? {} : { [id]: delivery }),
    ...(name === "" ? {} : { [name]: event }),
  });
  const json = { "content-type": "application/json" };
  switch (kind) {
    case "github":
      return { ...json, "x-hub-signature-256": `sha256=${digest}`, ...named("x-github-delivery", "x-github-event") };
    case "gitlab":
      return { ...json, "x-gitlab-token": secret, ...named("webhook-id", "x-gitlab-event") };
    case "gitea":
      return { ...json, "x-gitea-signature": digest, ...named("x-gitea-delivery", "x-gitea-event") };
    case "bitbucket":
      return { ...json, "x-hub-signature": `sha256=${digest}`, ...named("x-request-uuid", "x-event-key") };
    case "signed":
      return { "x-tidemark-signature": `sha256=${digest}`, ...named("x-tidemark-delivery", "") };
    case "standard":
      throw new Error("signed by the library of the specification");
  }
}

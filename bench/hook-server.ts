// The web process of the hooks benchmark: takes deliveries of one webhook and tells where, by which secret, and whose they are.
// Standard input: the three database addresses as JSON. It is ended by who started it.
import { randomBytes } from "node:crypto";
import { createServer, listen } from "../src/api/server.ts";
import { DeliveryReceiver } from "../src/ingest/receive-delivery.ts";
import { Keyring } from "../src/keyring.ts";
import { makeWebhookSecret } from "../src/providers/webhook-sources.ts";
import { ensureLocalOrganization } from "../src/store/first-run.ts";
import { insertWebhook, setWebhookSecrets } from "../src/store/webhook.ts";
import { openChildDatabase } from "./child-database.ts";
import { BENCH_CONFIG, UNUSED } from "./server-parts.ts";

const { database, log } = await openChildDatabase();
const { organizationId } = await ensureLocalOrganization(database);
const keyring = new Keyring([{ id: "b", bytes: randomBytes(32) }]);
const secret = makeWebhookSecret("signed");
const hookId = randomBytes(16).toString("hex");
const webhookId = await database.web.in(organizationId).write(async (tx) => {
  const id = await insertWebhook(tx, { hookId, kind: "signed", repositoryId: null });
  const sealed = keyring.seal(secret, { table: "webhook", column: "secret", rowId: id, organizationId });
  await setWebhookSecrets(tx, id, { secret: sealed, previousSecret: null, previousUntil: null });
  return id;
});

const receiver = new DeliveryReceiver({ database, keyring, now: Date.now, wake: () => undefined });
const app = await createServer({ ...UNUSED, database, log, receiver, config: BENCH_CONFIG });
const { port } = await listen(app, { port: 0 });
process.stdout.write(
  `${JSON.stringify({ port, path: `/hooks/${hookId}`, secret: secret.reveal(), organizationId, webhookId })}\n`,
);

// The web process of the hooks benchmark: takes deliveries of one webhook and tells where, by which secret, and whose they are.
// Standard input: the three database addresses as JSON. It is ended by who started it.
import { randomBytes } from "node:crypto";
import { createServer, listen } from "../src/api/server.ts";
import { DeliveryReceiver } from "../src/ingest/receive-delivery.ts";
import { Keyring } from "../src/keyring.ts";
import { makeWebhookSecret } from "../src/providers/webhook-sources.ts";
import { Secret } from "../src/secrets.ts";
import { ensureLocalOrganization } from "../src/store/first-run.ts";
import { insertWebhook, setWebhookSecrets } from "../src/store/webhook.ts";
import { openChildDatabase } from "./child-database.ts";

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

const unused = (): never => {
  throw new Error("a benchmark only delivers");
};
const most = 1e9;
const app = await createServer({
  database,
  log,
  receiver: new DeliveryReceiver({ database, keyring, now: Date.now, wake: () => undefined }),
  config: {
    publicUrl: null,
    webFolder: null,
    signInSecret: Secret.of("a benchmark signs its cookies with this, and nobody else does"),
    version: "0.0.0",
    rateLimits: { hooks: most, hook: most },
  },
  useCases: {
    addRepository: unused,
    requestSync: unused,
    removeRepository: unused,
    chooseColumn: unused,
    changeRepository: unused,
    retryEvent: unused,
    changeMetricFiles: unused,
    chooseIdentity: unused,
    previewPattern: unused,
    readRows: unused,
  },
  accounts: { list: unused, connect: unused, change: unused, remove: unused, repositories: unused },
  webhooks: {
    read: unused,
    setUp: unused,
    remove: unused,
    team: { list: unused, make: unused, show: unused, remove: unused },
  },
  readRawFile: unused,
});
const { port } = await listen(app, { port: 0 });
process.stdout.write(
  `${JSON.stringify({ port, path: `/hooks/${hookId}`, secret: secret.reveal(), organizationId, webhookId })}\n`,
);

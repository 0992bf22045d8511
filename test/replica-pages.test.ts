// The whole server over standbys while its primary is down: people stay signed in, read on, and are told of when it is.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { isTidemarkError } from "../src/errors.ts";
import { startApi } from "./helpers/api-server.ts";
import { openStandbyLab, untilSo } from "./helpers/standby-lab.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { change, makeToldRepositories, type ToldRepository } from "./helpers/told-versions.ts";

const lab = await openStandbyLab(temporaryFolder(), 2);
after(() => lab.close());
await lab.untilUp();
const { database } = lab;
const organization = await lab.makeOrganization();
const [nova, other] = (await makeToldRepositories(database, organization, 2)) as [ToldRepository, ToldRepository];
const { webUrl, ownerUrl, workerUrl, adminUrl } = lab.postgres;
const urls = { webUrl, ownerUrl, workerUrl, adminUrl };
const server = await startApi({
  database,
  ...urls,
  makeOrganization: () => lab.makeOrganization(),
  close: () => lab.close(),
});
after(() => server.close());
const ada = await server.signIn(organization);
const PLACES = ["", "/commits?limit=2", "/columns", "/branches", "/events", "/health", "/files", "/export?format=csv"];
const at = ({ name }: ToldRepository, place: string): string =>
  `/api/v1/repositories/${encodeURIComponent(name)}${place}`;

test("/metrics tells of each replica", async () => {
  assert.equal((await ada.fetch(at(nova, "/columns"))).status, 200);
  const text = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(text, /^tidemark_primary_up 1$/m);
  for (const id of ["replica-1", "replica-2"]) {
    for (const figure of ["up", "lag_seconds", "lag_bytes", "reads_total", "failures_total", "behind_total"])
      assert.match(text, new RegExp(`^tidemark_replica_${figure}\\{replica="${id}"\\} [\\d.]+$`, "m"));
  }
});

test("while the primary is down all pages are answered, to who is signed in, and say of when they are", async () => {
  const version = await change(database, nova);
  const bert = await server.signIn(organization);
  await lab.untilEven();
  const before = await ada.fetch(at(nova, "/commits?limit=2"));
  assert.equal(before.headers.get("tidemark-as-of"), null);
  const pid = await lab.pidOf(null);
  const thaw = await lab.freeze(null);
  await untilSo("down", () => !database.replicas.figures().primaryUp);
  for (const repository of [nova, other]) {
    for (const place of PLACES) {
      const answer = await ada.fetch(at(repository, place));
      assert.equal(answer.status, 200, place);
      const asOf = Date.parse(answer.headers.get("tidemark-as-of") ?? "");
      assert.ok(asOf <= Date.now() && asOf > Date.now() - 60_000, place);
      await answer.arrayBuffer();
    }
  }
  const page = (await (await ada.fetch(at(nova, "/commits?limit=2"))).json()) as { commits: { subject: string }[] };
  assert.equal(page.commits[0]?.subject, `v${version}`);
  assert.equal((await ada.fetch("/api/v1/repositories")).status, 200);
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
  // a session that this process has not met yet, and one that there is not
  assert.equal((await bert.fetch("/api/v1/session")).status, 200);
  const forged = ada.cookie.replace(/=.*/, "=nobody");
  assert.equal((await fetch(`${server.url}/api/v1/session`, { headers: { cookie: forged } })).status, 401);

  process.kill(pid, "SIGKILL");
  thaw();
  // a process of the old one may answer a last time
  await untilSo("another one", async () => ![0, pid].includes(await lab.pidOf(null)));
  await untilSo("back", () => database.replicas.figures().primaryUp);
  await untilSo("new again", async () => (await ada.fetch("/api/v1/session")).headers.get("tidemark-as-of") === null);
  // on a busy machine the new one may be away for a moment once more
  let next: number | null = null;
  await untilSo("written", async () => {
    next = await change(database, nova).catch((error: unknown) => {
      if (isTidemarkError(error, "database-unreachable")) return null;
      throw error;
    });
    return next !== null;
  });
  await untilSo("shown", async () => {
    const shown = (await (await ada.fetch(at(nova, "/commits?limit=2"))).json()) as typeof page;
    return shown.commits[0]?.subject === `v${next}`;
  });
});

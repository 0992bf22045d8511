// The web process of a benchmark: serves the imported repository and tells its address, a cookie and the page's statement.
// Standard input: the three database addresses as JSON. The argument "cached": pages are kept.
import { openSignIn } from "../src/api/sign-in.ts";
import { createServer, listen } from "../src/api/server.ts";
import type { Database, OrganizationStore, Reader } from "../src/store/database.ts";
import type { PreparedStatement, SqlValue } from "../src/store/organization-store.ts";
import type { Replicas } from "../src/store/replicas.ts";
import { ensureLocalOrganization } from "../src/store/first-run.ts";
import { openChildDatabase } from "./child-database.ts";
import { BENCH_CONFIG, UNUSED } from "./server-parts.ts";

/** What the page asked Postgres. */
interface Asked {
  readonly text: string;
  readonly values: readonly unknown[];
}

const { database, log } = await openChildDatabase();
const { organizationId, userId } = await ensureLocalOrganization(database);

let recording = false;
const asked: Asked[] = [];
/** The same reader, writing down what is asked while `recording`. */
function recordedReader<R extends Reader>(reader: R): R {
  return {
    ...reader,
    query: (statement: string | PreparedStatement, values: readonly SqlValue[] = []) => {
      const text = typeof statement === "string" ? statement : statement.text;
      if (recording) asked.push({ text, values: [organizationId, ...values] });
      return reader.query(statement, values);
    },
  };
}
/** The same store, for single statements and for several over one snapshot. */
function recorded(store: OrganizationStore): OrganizationStore {
  const read: OrganizationStore["read"] = (work) =>
    store.read((reader) => work(recordedReader({ ...reader, query: (...ask) => reader.query(...ask) })));
  return { ...recordedReader(store), read };
}
/** Where reads are answered, recorded. */
const replicas = new Proxy(database.replicas, {
  get: (target, name) => {
    const first: Replicas["first"] = (organization, work) =>
      target.first(organization, (store) => work(recorded(store)));
    const ofRepository: Replicas["ofRepository"] = (organization, repository, work) =>
      target.ofRepository(organization, repository, (store) => work(recorded(store)));
    if (name === "first") return first;
    if (name === "ofRepository") return ofRepository;
    const found: unknown = Reflect.get(target, name, target);
    return typeof found === "function" ? (found.bind(target) as unknown) : found;
  },
});
const watched: Database = { ...database, replicas };

const config = process.argv[2] === "cached" ? BENCH_CONFIG : { ...BENCH_CONFIG, pageCacheBytes: 0 };
const app = await createServer({ ...UNUSED, database: watched, log, config });
const { url, port } = await listen(app, { port: 0 });
const signIn = await openSignIn(database, { origin: url, secret: BENCH_CONFIG.signInSecret, log });
const session = await signIn.begin(userId, { cookie: "", address: "127.0.0.1", agent: "benchmark" });
const cookie = (session?.cookies ?? []).map((line) => line.split(";")[0]).join("; ");
const [repository] = await database.web
  .in(organizationId)
  .query<{ id: string }>("SELECT id::text FROM git_repository WHERE organization_id = $1");
const path = `/api/v1/repositories/${repository?.id ?? ""}/commits`;
const get = async (): Promise<string> => (await fetch(`${url}${path}`, { headers: { cookie } })).text();
await get();
recording = true;
const answer = await fetch(`${url}${path}`, { headers: { cookie } });
const page = await answer.text();
recording = false;
const catalogue = await fetch(`${url}${path.replace("commits", "columns")}?limit=40`, { headers: { cookie } });
const { columns } = (await catalogue.json()) as { columns: { id: string }[] };
const ids = columns.map(({ id }) => id);
const told = {
  port,
  path,
  cookie,
  asked,
  bytes: page.length,
  columns: ids,
  etag: answer.headers.get("etag"),
  text: page,
};
process.stdout.write(`${JSON.stringify(told)}\n`);

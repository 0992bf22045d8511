// The importing process of a benchmark: adds one repository, works until it is imported, tells its times and its memory.
// Arguments: the repository's folder or URL, the folder for mirrors. Standard input: the three database addresses as JSON.
import { performance } from "node:perf_hooks";
import { startWorker } from "../src/ingest/worker.ts";
import { ensureLocalOrganization } from "../src/store/first-run.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { openChildDatabase } from "./child-database.ts";

const [address = "", mirrors = ""] = process.argv.slice(2);
const { database, log } = await openChildDatabase();
const allow = { http: true, loopback: true, entries: [] };
const { organizationId } = await ensureLocalOrganization(database);
const worker = await startWorker({ database, mirrors, allow, log });
const store = database.web.in(organizationId);

interface State {
  readonly state: string;
  readonly problem: string | null;
  readonly commits: number;
}

const start = performance.now();
let readableMs: number | null = null;
const stored = await new Promise<State>((resolve, reject) => {
  const look = async (): Promise<void> => {
    const [row] = await store.query<State>(
      `SELECT state, problem, (SELECT count(*) FROM git_commit c WHERE c.organization_id = $1)::integer AS commits
       FROM git_repository WHERE organization_id = $1`,
    );
    if (row === undefined) return;
    if (row.commits > 0) readableMs ??= performance.now() - start;
    if (row.state === "failed") reject(new Error(row.problem ?? "failed"));
    if (row.state === "ready") resolve(row);
  };
  const changed = (): void => {
    // counting rows is not free: only until the first ones are there, and at the end
    void (readableMs === null ? look() : lookAtState()).catch(reject);
  };
  const lookAtState = async (): Promise<void> => {
    const [row] = await store.query<{ state: string }>("SELECT state FROM git_repository WHERE organization_id = $1");
    if (row?.state === "ready" || row?.state === "failed") await look();
  };
  void database.listen({ changed, missed: changed }).catch(reject);
  addRepository({ database, allow }, organizationId, address.includes("://") ? { url: address } : { folder: address })
    .then(() => worker.wake())
    .catch(reject);
});
const doneMs = performance.now() - start;
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ readableMs: readableMs ?? doneMs, doneMs, peakBytes, commits: stored.commits }));
await worker.stop();
await database.close();
process.exit(0);

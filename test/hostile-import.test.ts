// Hostile documents through a real import (P5, P18): each ends as its kind does, none holds up the others, memory stays small.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { extname, join } from "node:path";
import { json } from "node:stream/consumers";
import { after, test } from "node:test";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { HOSTILE_DOCUMENTS, type HostileDocument } from "./helpers/hostile-documents.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

/** Bytes that the importing process may have in memory at its peak. */
const MAX_PEAK_BYTES = 512 * 1024 * 1024;
/** V8 gives short-lived objects 128 MiB where the machine has much memory: here as much as where it has 1 GiB. */
const SMALL_MACHINE = "--max-semi-space-size=16";
/** Ten times what the whole import takes on a busy machine: a watchdog, not a figure. */
const WATCHDOG_MS = 180_000;

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();

/** The documents of a format, each at a path that the built-in rules read, in a folder of its own. */
interface Format {
  readonly name: string;
  readonly documents: { readonly what: string; readonly path: string; readonly document: HostileDocument }[];
}

const formats = Object.entries(HOSTILE_DOCUMENTS).reduce<Format[]>((list, [what, document], index) => {
  const name = what.slice(0, what.indexOf(":"));
  let format = list.find((each) => each.name === name);
  if (format === undefined) list.push((format = { name, documents: [] }));
  const file = document.path === "params.py" ? "params.py" : `metrics${extname(document.path)}`;
  format.documents.push({ what, path: `${index}/${file}`, document });
  return list;
}, []);

/** Imports a repository in a process of its own. @returns what the process tells of itself */
async function importElsewhere(address: string): Promise<{ doneMs: number; peakBytes: number; commits: number }> {
  const program = join(import.meta.dirname, "../bench/import-process.ts");
  const child = spawn(process.execPath, [SMALL_MACHINE, program, address, join(folder, "mirrors")], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const urls = { owner: db.ownerUrl.reveal(), web: db.webUrl.reveal(), worker: db.workerUrl.reveal() };
  child.stdin.end(JSON.stringify(urls));
  const answer = json(child.stdout);
  const watchdog = setTimeout(() => child.kill("SIGKILL"), WATCHDOG_MS);
  const [code] = (await once(child, "exit")) as [number | null];
  clearTimeout(watchdog);
  assert.equal(code, 0, "the importing process ended well, and in time");
  return (await answer) as { doneMs: number; peakBytes: number; commits: number };
}

for (const { name, documents } of formats) {
  test(`an import takes every hostile document of ${name} for what it is, with one warning, in 512 MiB (P5)`, async (t) => {
    const history = new HistoryBuilder(join(folder, `${name}.git`));
    // one a commit, as they come: what one of them takes is not counted against the others
    for (const { path, document } of documents)
      history.commit({ files: { [path]: document.text(), "calm/metrics.json": `{"files":"${path}"}` } });
    await history.finish();
    // whatever comes of it, the next format begins without it
    t.after(() => db.database.owner.query("DELETE FROM git_repository"));
    const { doneMs, peakBytes, commits } = await importElsewhere(history.folder);
    t.diagnostic(`${documents.length} documents in ${Math.round(doneMs)} ms, ${Math.round(peakBytes / 2 ** 20)} MiB`);
    assert.equal(commits, documents.length);
    assert.ok(peakBytes < MAX_PEAK_BYTES, `${peakBytes} bytes`);

    const [owner] = await db.database.owner.query<{ organization: OrganizationId; repository: RepositoryId }>(
      "SELECT organization_id::text AS organization, id::text AS repository FROM git_repository",
    );
    assert.ok(owner !== undefined);
    const stored = await readStoredHistory(db.database.worker.in(owner.organization), owner.repository);
    assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
    for (const [index, { what, path, document }] of documents.entries()) {
      const commit = stored.commits[index];
      const version = commit?.files.get(path);
      const warnings = (version?.warnings ?? []) as readonly { reason: string }[];
      assert.equal(version?.reason ?? null, document.problem ?? null, what);
      assert.deepEqual(
        warnings.map(({ reason }) => reason),
        document.warnings ?? [],
        what,
      );
      assert.equal(version?.values?.size ?? undefined, document.keys, what);
      const isWarned = document.problem !== undefined || (document.warnings ?? []).length > 0;
      assert.deepEqual(commit?.warned, isWarned ? [path] : [], what);
      assert.equal(commit?.files.get("calm/metrics.json")?.values?.get("files"), path, "its neighbour stands");
    }
  });
}

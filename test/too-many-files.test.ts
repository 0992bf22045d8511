// Files that are too many to be read: told as unread by every command and answer, never as gone or new.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { startApi } from "./helpers/api-server.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { commandIn } from "./helpers/log-command.ts";

const bench = await openIngestBench();
after(() => bench.close());
const api = await startApi(bench.database);
after(() => api.close());
const person = await api.signIn(bench.organization);

const pathOf = (number: number): string => `d${String(number).padStart(3, "0")}/metrics.json`;
const [FIRST, LAST] = [pathOf(0), pathOf(200)];
const COLUMN = `${LAST}:loss`;

/** 200 files; one more in front while the last grows; nothing; the first goes again; one more that changes the last too. */
const folder = join(bench.folder, "many.git");
const builder = new HistoryBuilder(folder);
const all = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [pathOf(n + 1), '{"loss":1}']));
const marks = [
  builder.commit({ files: all, message: "few\n" }),
  builder.commit({ files: { [FIRST]: '{"loss":1}', [LAST]: '{"loss":99}' }, message: "many\n" }),
  builder.commit({ files: { "README.md": "same" }, message: "still many\n" }),
  builder.commit({ files: { [FIRST]: null }, message: "few again\n" }),
];
const shaOf = await builder.finish();
const [few = "", many = "", still = "", again = ""] = marks.map(shaOf);
await bench.add({ folder });
const run = commandIn(bench.folder);
const command = (...words: readonly string[]) => run([words[0] as string, "-C", folder, ...words.slice(1)]);

async function ask<T>(path: string): Promise<T> {
  const response = await person.fetch(`/api/v1/repositories/many${path}`);
  assert.equal(response.status, 200, path);
  return (await response.json()) as T;
}

test("tidemark diff says of a file that was left unread that it was not read, and its gate fails", async () => {
  for (const [from, to] of [
    [few, many],
    [few, still],
    [many, again],
  ] as const) {
    const { out, code } = await command("diff", from, to, "--json", "--all");
    assert.equal(code, 0);
    const told = JSON.parse(out) as {
      columns: { id: string; state: string }[];
      warnings: { reason: string; path: string; sha: string }[];
    };
    assert.equal(told.columns.find(({ id }) => id === COLUMN)?.state, "unknown");
    assert.deepEqual(
      told.warnings.map(({ reason, path, sha }) => [reason, path, sha]),
      [["too-many-files", LAST, from === many ? many : to]],
    );
    const gate = await command("diff", from, to, "--fail-on", "worse");
    assert.equal(gate.code, 1);
    assert.match(gate.err, /more metric files at [0-9a-f]{7} than are read \(200\)/);
    assert.doesNotMatch(gate.out, /d200.* (gone|new)/);
    assert.match(gate.out, /1 not read/);
  }
  assert.equal((await command("diff", few, again, "--fail-on", "worse")).code, 3);
});

test("tidemark log, blame and columns say nothing of it where it was left unread", async () => {
  const { out } = await command("log", "-n", "0", "--json");
  const told = JSON.parse(out) as { sha: string; changed: string[]; warnings: { reason: string }[] }[];
  assert.deepEqual(
    told.map(({ changed }) => changed.filter((id) => id === COLUMN)),
    [[COLUMN], [], [], []],
    "what was hidden is told at the next commit that reads it",
  );
  const blame = await command("blame", COLUMN, "-n", "0", "--json");
  const { value, changes } = JSON.parse(blame.out) as { value: number; changes: { sha: string; to: number }[] };
  assert.deepEqual(
    [value, changes.map(({ sha, to }) => [sha, to])],
    [
      99,
      [
        [again, 99],
        [few, 1],
      ],
    ],
  );
  const columns = await run(["columns", "-C", folder, "--branch", still, "--json"]);
  const list = JSON.parse(columns.out) as { id: string; gone: boolean; changes: number }[];
  const column = list.find(({ id }) => id === COLUMN);
  assert.deepEqual([column?.gone, column?.changes], [false, 0]);
});

test("the API says so in comparisons, rows, blame and the filter for what changed", async () => {
  for (const [from, to, unread] of [
    [few, many, 1],
    [still, again, 0],
  ] as const) {
    const compared = await ask<{ unreadable: { path: string; commit: number; reason: string }[] }>(
      `/compare?commits=${from}&commits=${to}&limit=200`,
    );
    assert.deepEqual(compared.unreadable, [{ path: LAST, commit: unread, reason: "too-many-files" }]);
  }
  const name = encodeURIComponent(COLUMN);
  const { changes } = await ask<{ changes: { sha: string }[] }>(`/columns/${name}/blame?limit=9`);
  assert.deepEqual(
    changes.map(({ sha }) => sha),
    [again, few],
  );
  const rows = await ask<{ commits: { sha: string; gone: number[]; removed: string[] }[] }>(
    `/commits?limit=9&columns=${name}`,
  );
  assert.deepEqual(
    rows.commits.map(({ gone, removed }) => [gone, removed]),
    [
      [[], [FIRST]],
      [[], []],
      [[], []],
      [[], []],
    ],
  );
  const detail = await ask<{ removed: string[]; values: { column: string }[] }>(`/commits/${many}`);
  assert.deepEqual([detail.removed, detail.values.some(({ column }) => column === COLUMN)], [[], false]);
  const changed = await ask<{ commits: { sha: string }[] }>(`/commits?limit=9&changed=true&columns=${name}`);
  assert.deepEqual(
    changed.commits.map(({ sha }) => sha),
    [again],
    "where the column begins nothing changed",
  );
  const { columns } = await ask<{ columns: { id: string; changes: number }[] }>(`/columns?limit=5&path=${LAST}`);
  assert.deepEqual(
    columns.map(({ id, changes: count }) => [id, count]),
    [[COLUMN, 1]],
  );
});

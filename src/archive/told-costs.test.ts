// What a question cost is told, where it cost anything.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../log.ts";
import { DUCKDB_DIALECT } from "./dialects.ts";
import type { Answer, QueryEngine } from "./query-engine.ts";
import { withToldCosts } from "./told-costs.ts";

const QUESTION = { objects: [], statement: () => "", types: [], maxRows: 1 };

function engineOf(answer: Answer): QueryEngine {
  return {
    kind: "athena",
    dialect: DUCKDB_DIALECT,
    ask: () => Promise.resolve(answer),
    close: () => Promise.resolve(),
  };
}

test("withToldCosts() tells what an answer cost, and says nothing of one that is free", async () => {
  const lines: string[] = [];
  const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  const never = new AbortController().signal;
  const cost = { scannedBytes: 40_100_000, dollars: 0.000205 };
  assert.deepEqual(
    (await withToldCosts(engineOf({ rows: 2, columns: [], cost }), log).ask(QUESTION, never)).cost,
    cost,
  );
  await withToldCosts(engineOf({ rows: 2, columns: [] }), log).ask(QUESTION, never);
  assert.equal(lines.length, 1);
  const { kind, rows, bytes, dollars, msg } = JSON.parse(lines[0] ?? "{}") as Record<string, unknown>;
  assert.deepEqual([kind, rows, bytes, dollars], ["athena", 2, 40_100_000, 0.000205]);
  assert.equal(msg, "the archive was asked");
});

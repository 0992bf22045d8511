// The small repository that docs/sql.md asks its questions about.
import type { Value } from "../../src/domain/model.ts";
import type { TestCommit, TestFile, TestHistory } from "./filled-history.ts";

function file(document: Readonly<Record<string, Value>>): TestFile {
  return { document };
}

function commit(
  parent: number | null,
  day: string,
  author: string,
  subject: string,
  files: TestCommit["files"],
): TestCommit {
  const written = `${Date.parse(`${day}T12:00:00Z`) / 1_000} +0000`;
  return { parents: parent === null ? [] : [parent], written, author, subject, files };
}

const slow = file({ lr: 0.1, "model.layers": 2 });
const fast = file({ lr: 0.01, "model.layers": 2 });
const wide = file({ lr: 0.01, "model.layers": 4, "model.dropout": 0.2 });

/** Two branches, two files, three months, one NaN. */
export const SQL_DEMO: TestHistory = {
  name: "demo",
  commits: [
    commit(null, "2026-01-10", "Ada", "Begin", {
      "metrics.json": file({ accuracy: 0.71, loss: 0.9 }),
      "params.yaml": slow,
    }),
    commit(0, "2026-01-24", "Ada", "Train longer", {
      "metrics.json": file({ accuracy: 0.78, loss: 0.65 }),
      "params.yaml": slow,
    }),
    commit(1, "2026-02-03", "Grace", "Lower the learning rate", {
      "metrics.json": file({ accuracy: 0.84, loss: 0.41 }),
      "params.yaml": fast,
    }),
    commit(2, "2026-02-20", "Grace", "Try more layers", {
      "metrics.json": file({ accuracy: 0.86, loss: 0.38 }),
      "params.yaml": wide,
    }),
    commit(2, "2026-03-02", "Ada", "Clean the data", {
      "metrics.json": file({ accuracy: Number.NaN, loss: 0.44 }),
      "params.yaml": fast,
    }),
    commit(4, "2026-03-03", "Ada", "Repair the evaluation", {
      "metrics.json": file({ accuracy: 0.83, loss: 0.44 }),
      "params.yaml": fast,
    }),
  ],
  branches: [
    { name: "main", head: 5 },
    { name: "wider", head: 3 },
  ],
};

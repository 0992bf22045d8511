// The small repository of docs/sql.md as objects of the archive, and what the five questions over them answer.
import type { AnswerType, AnswerValue } from "../../src/archive/query-engine.ts";
import type { DdlExample } from "../../src/archive/ddl-questions.ts";
import type { PlainObject, PlainRow } from "./archive-objects.ts";
import { SQL_DEMO } from "./sql-demo.ts";

const REPOSITORY = 41;
const LINES = [1, 1, 1, 2, 1, 1];

/** Names of the columns by their number. */
const NAMES = [
  "metrics.json accuracy",
  "metrics.json loss",
  "params.yaml lr",
  "params.yaml model.layers",
  "params.yaml model.dropout",
];

function sha(position: number): string {
  return String(position + 1).repeat(40);
}

const commits = SQL_DEMO.commits.map((commit, position): PlainRow => {
  const parent = commit.parents[0] ?? null;
  const at = new Date(Number(commit.written?.split(" ")[0]) * 1_000).toISOString();
  const rest = {
    author_email: "",
    authored: commit.written ?? "",
    committer_name: commit.author ?? "",
    committed: commit.written ?? "",
  };
  return {
    repository_id: REPOSITORY,
    position,
    sha: sha(position),
    parents: parent === null ? "" : sha(parent),
    first_parent: parent,
    ordinal: position,
    line: LINES[position] ?? 1,
    author_name: commit.author ?? "",
    authored_at: at,
    committed_at: at,
    subject: commit.subject ?? "",
    files: "[]",
    ...rest,
  };
});
const values = SQL_DEMO.commits.flatMap(({ files }, position) =>
  Object.entries(files ?? {}).flatMap(([path, file]) =>
    Object.entries((file as { document: Record<string, number> }).document).map(
      ([key, num]): PlainRow => ({
        repository_id: REPOSITORY,
        column_id: NAMES.indexOf(`${path} ${key}`) + 1,
        position,
        num,
        kind: "number",
      }),
    ),
  ),
);
const columns = NAMES.map((name, at): PlainRow => {
  const [path = "", key = ""] = name.split(" ");
  return { repository_id: REPOSITORY, column_id: at + 1, path, key, kind: "number" };
});

/** Its objects: the catalogue twice, as two segments have it. */
export const ARCHIVED_DEMO: readonly PlainObject[] = [
  { kind: "values", repository: REPOSITORY, rows: values },
  { kind: "commits", repository: REPOSITORY, rows: commits },
  { kind: "columns", repository: REPOSITORY, rows: columns },
  { kind: "columns", repository: REPOSITORY, rows: columns.slice(0, 2) },
];

/** What is asked about it. */
export const DEMO_EXAMPLE: DdlExample = {
  repository: REPOSITORY,
  line: 1,
  sha: "444",
  number: { path: "metrics.json", key: "accuracy" },
  average: { path: "metrics.json", key: "loss" },
  setting: { path: "params.yaml", key: "lr" },
};

/** The answers, in the order of the questions. */
export const DEMO_ANSWERS: readonly {
  readonly types: readonly AnswerType[];
  readonly rows: readonly (readonly AnswerValue[])[];
}[] = [
  {
    types: ["text", "text", "double"],
    rows: [
      ["6666666", "Repair the evaluation", 0.83],
      ["5555555", "Clean the data", Number.NaN],
      ["3333333", "Lower the learning rate", 0.84],
      ["2222222", "Train longer", 0.78],
      ["1111111", "Begin", 0.71],
    ],
  },
  {
    types: ["integer", "double", "text", "text"],
    rows: [
      [1, 0.84, "3333333", "Lower the learning rate"],
      [2, 0.86, "4444444", "Try more layers"],
    ],
  },
  { types: ["text", "text", "double", "double"], rows: [["3333333", "Grace", 0.1, 0.01]] },
  {
    types: ["text", "integer", "double"],
    rows: [
      ["2026-01", 2, 0.775],
      ["2026-02", 2, 0.395],
      ["2026-03", 2, 0.44],
    ],
  },
  {
    types: ["text", "text", "double", "text", "double", "text"],
    rows: [
      ["metrics.json", "accuracy", 0.84, null, 0.86, null],
      ["metrics.json", "loss", 0.41, null, 0.38, null],
      ["params.yaml", "model.dropout", null, null, 0.2, null],
      ["params.yaml", "model.layers", 2, null, 4, null],
    ],
  },
];

// The five questions of docs/sql.md over the tables of the archive, for all engines.
import type { Dialect, ObjectKind } from "./query-engine.ts";
import { whole } from "./questions.ts";

/** A question that people may start from. */
export interface DdlQuestion {
  readonly title: string;
  readonly sql: string;
}

/** What the questions are about. */
export interface DdlExample {
  readonly repository: number;
  /** a branch's number: its name is in Postgres alone */
  readonly line: number;
  /** what a commit's id begins with */
  readonly sha: string;
  /** a file and a key of numbers in it, and one of whose changes are looked for */
  readonly number: ExampleColumn;
  readonly average: ExampleColumn;
  readonly setting: ExampleColumn;
}

/** A column by its name. */
export interface ExampleColumn {
  readonly path: string;
  readonly key: string;
}

/**
 * Each commit has a row for each of its values, so nothing has to be looked up in files. What it is compared with is its first
 * parent. The catalogue is in every object of columns: DISTINCT takes each column once.
 */
export function ddlQuestions(
  dialect: Dialect,
  table: (kind: ObjectKind) => string,
  example: DdlExample,
): readonly DdlQuestion[] {
  const repository = whole(example.repository);
  const [commits, values, columns] = [table("commits"), table("values"), table("columns")];
  const catalogue = `(SELECT DISTINCT repository_id, column_id, path, key FROM ${columns})`;
  const of = ({ path, key }: ExampleColumn): string =>
    `k.path = ${dialect.text(path)} AND k.key = ${dialect.text(key)}`;
  const joined = `FROM ${commits} AS c
JOIN ${values} AS v ON v.repository_id = c.repository_id AND v.position = c.position
JOIN ${catalogue} AS k ON k.repository_id = v.repository_id AND k.column_id = v.column_id
WHERE c.repository_id = ${repository}`;
  return [
    {
      title: "The numbers of every commit of a branch",
      sql: `SELECT substr(c.sha, 1, 7) AS sha, c.subject, v.num
${joined} AND c.line = ${whole(example.line)} AND ${of(example.number)}
ORDER BY c.position DESC`,
    },
    {
      title: "The best of each branch, NaN left out",
      sql: `SELECT line, num, substr(sha, 1, 7) AS sha, subject
FROM (SELECT c.line, v.num, c.sha, c.subject, row_number() OVER (PARTITION BY c.line ORDER BY v.num DESC, c.position) AS place
${joined} AND ${of(example.number)} AND ${dialect.isFinite("v.num")}) AS ranked
WHERE place = 1 ORDER BY line`,
    },
    {
      title: "Which commits changed a setting",
      sql: `SELECT substr(c.sha, 1, 7) AS sha, c.author_name AS author, b.num AS before, v.num AS now
FROM ${commits} AS c
JOIN ${values} AS v ON v.repository_id = c.repository_id AND v.position = c.position
JOIN ${values} AS b ON b.repository_id = c.repository_id AND b.position = c.first_parent AND b.column_id = v.column_id
JOIN ${catalogue} AS k ON k.repository_id = v.repository_id AND k.column_id = v.column_id
WHERE c.repository_id = ${repository} AND ${of(example.setting)}
  AND (v.num IS DISTINCT FROM b.num OR v.text IS DISTINCT FROM b.text)
ORDER BY c.position`,
    },
    {
      title: "The average of each month",
      sql: `SELECT substr(CAST(c.committed_at AS VARCHAR), 1, 7) AS month, count(*) AS commits, round(avg(v.num), 3) AS average
${joined} AND ${of(example.average)}
GROUP BY substr(CAST(c.committed_at AS VARCHAR), 1, 7) ORDER BY 1`,
    },
    {
      title: "Everything that one commit changed",
      sql: `SELECT k.path, k.key, b.num AS before, b.text AS before_text, v.num AS now, v.text AS now_text
FROM (SELECT * FROM ${commits} WHERE repository_id = ${repository} AND sha LIKE ${dialect.text(`${example.sha}%`)}) AS c
CROSS JOIN ${catalogue} AS k
LEFT JOIN ${values} AS v ON v.repository_id = c.repository_id AND v.position = c.position AND v.column_id = k.column_id
LEFT JOIN ${values} AS b ON b.repository_id = c.repository_id AND b.position = c.first_parent AND b.column_id = k.column_id
WHERE k.repository_id = c.repository_id
  AND (v.num IS DISTINCT FROM b.num OR v.text IS DISTINCT FROM b.text OR v.kind IS DISTINCT FROM b.kind)
ORDER BY k.path, k.key`,
    },
  ];
}

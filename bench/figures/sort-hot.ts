// sort-hot: the newest answer to "which 40 commits are best by this column" over 10,000 commits × 40 columns, nothing kept,
// against the SQL that somebody would write by hand who knows where the column is.
import type { Benchmark } from "../figure.ts";
import { hotReads } from "../hot-reads.ts";

/** Many short ones in turn, since others work on the same processors. */
const RUNS = 15;

/** One file, one shape, all numbers: what the general statement has to find out is known here. Values are read last. */
const BARE = `
SELECT encode(c.sha, 'hex') AS sha, c.parents, c.position, c.author_name, c.authored, c.committed, c.subject,
  f.values::text AS "values", b.values::text AS before
FROM (
  SELECT c.position, (f.values -> $3::int)::float8 AS value FROM git_commit c
  JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = c.metric_file[1]
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = 1
  ORDER BY value DESC NULLS LAST, c.position DESC LIMIT 40
) top
JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2 AND c.position = top.position
JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = c.metric_file[1]
LEFT JOIN metric_file b ON b.organization_id = $1 AND b.repository_id = $2 AND b.number = c.baseline_file[1]
ORDER BY top.value DESC NULLS LAST, c.position DESC`;

/** Goal: at most 1.3 times what the bare SQL takes. */
export const benchmark: Benchmark = {
  name: "sort-hot",
  run: (say) =>
    hotReads({
      bare: BARE,
      pathOf: (column, { path, columns }) =>
        `${path}?${columns.map((shown) => `columns=${encodeURIComponent(shown)}`).join("&")}&sort=${encodeURIComponent(column)}`,
      runs: RUNS,
      milliseconds: 2_000,
      say,
    }),
};

// series-hot: one column over 10,000 commits × 40 columns, down to 2,000 points, nothing kept, against the SQL that somebody
// would write by hand who knows where the column is, and who makes nothing shorter.
import type { Benchmark } from "../figure.ts";
import { hotReads } from "../hot-reads.ts";

const POINTS = 2_000;

/** One file, one shape, all numbers: what the general statements have to find out is known here. */
const BARE = `
SELECT c.ordinal, date_part('epoch', c.committed_at)::bigint AS at, (f.values -> $3::int)::float8 AS value, c.position,
  encode(substring(c.sha FOR 6), 'hex') AS sha
FROM git_commit c
JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = c.metric_file[1]
WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = 1
ORDER BY c.ordinal`;

/** Goal: at most 1.3 times what the bare SQL takes. */
export const benchmark: Benchmark = {
  name: "series-hot",
  run: (say) =>
    hotReads({
      bare: BARE,
      pathOf: (column, { path }) =>
        `${path.replace(/commits$/, "series")}?columns=${encodeURIComponent(column)}&points=${POINTS}`,
      runs: 5,
      milliseconds: 3_000,
      say,
    }),
};

-- What drizzle cannot say: who may do what, how event is vacuumed, and a view for people's own SQL.

-- Pages read everything of a team and write what a page may; people and sessions are theirs alone.
GRANT SELECT ON
  organization, membership, git_repository, metric_path, git_branch, git_commit, import_commit, metric_shape, metric_file,
  metric_column, event
TO tidemark_web;
GRANT INSERT, UPDATE, DELETE ON git_repository, metric_path, event TO tidemark_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON "user", session, account, verification TO tidemark_web;

-- The worker writes what it read from Git; it never sees people.
GRANT SELECT ON organization TO tidemark_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON
  git_repository, metric_path, git_branch, git_commit, import_commit, metric_shape, metric_file, metric_column, event
TO tidemark_worker;

-- Rows of event change state all the time: room on the page for that, and a vacuum that comes often and is not slowed.
ALTER TABLE event SET (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 20000
);
-- Progress and lease of a repository change every second while it is imported.
ALTER TABLE git_repository SET (fillfactor = 70);

-- One row a file version that could be read. Special numbers are the texts "NaN", "Infinity", "-Infinity", which ::float8
-- takes. The shape is looked up inside the expression and not joined: the planner may evaluate an expression over a join
-- before it applies the join's condition, and keys and values of two different versions are no object.
CREATE VIEW metric_document WITH (security_invoker = true) AS
SELECT
  f.organization_id,
  f.repository_id,
  f.number AS metric_file,
  f.path,
  (
    SELECT coalesce(
      jsonb_object_agg(leaf.key, CASE jsonb_typeof(leaf.value) WHEN 'object' THEN leaf.value -> 'n' ELSE leaf.value END),
      '{}'::jsonb
    )
    FROM metric_shape s
    CROSS JOIN LATERAL ROWS FROM (unnest(s.keys), jsonb_array_elements(f."values")) AS leaf (key, value)
    WHERE s.organization_id = f.organization_id AND s.repository_id = f.repository_id AND s.number = f.shape
  ) AS document
FROM metric_file f
WHERE f.status = 'read';
GRANT SELECT ON metric_document TO tidemark_web, tidemark_worker;

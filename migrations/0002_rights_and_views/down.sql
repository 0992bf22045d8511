DROP VIEW metric_document;

ALTER TABLE git_repository RESET (fillfactor);
ALTER TABLE event RESET (
  fillfactor,
  autovacuum_vacuum_scale_factor,
  autovacuum_vacuum_threshold,
  autovacuum_vacuum_cost_delay,
  autovacuum_vacuum_insert_scale_factor,
  autovacuum_vacuum_insert_threshold
);

REVOKE ALL ON
  organization, git_repository, metric_path, git_branch, git_commit, import_commit, metric_shape, metric_file,
  metric_column, event
FROM tidemark_web, tidemark_worker;
REVOKE ALL ON membership, "user", session, account, verification FROM tidemark_web;

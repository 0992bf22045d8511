ALTER TABLE "archive_run" DROP CONSTRAINT "archive_run_state", ADD CONSTRAINT "archive_run_state" CHECK ("state" IN ('running', 'done', 'failed', 'overtaken'));

-- the state before had no word for it
UPDATE "archive_run" SET "state" = 'failed' WHERE "state" = 'overtaken';
--> statement-breakpoint
ALTER TABLE "archive_run" DROP CONSTRAINT "archive_run_state", ADD CONSTRAINT "archive_run_state" CHECK ("state" IN ('running', 'done', 'failed'));

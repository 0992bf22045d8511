ALTER TABLE "git_repository" DROP CONSTRAINT "git_repository_account";
--> statement-breakpoint
ALTER TABLE "event" DROP CONSTRAINT "event_webhook";
--> statement-breakpoint
ALTER TABLE "webhook" DROP CONSTRAINT "webhook_account";
--> statement-breakpoint
DROP TABLE "git_account";
--> statement-breakpoint
DROP TABLE "git_host";
--> statement-breakpoint
DROP TABLE "webhook";
--> statement-breakpoint
ALTER TABLE "event" DROP CONSTRAINT "event_delivery";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP CONSTRAINT "git_repository_visibility";
--> statement-breakpoint
ALTER TABLE "event" DROP CONSTRAINT "event_task";
--> statement-breakpoint
DROP INDEX "git_repository_poll";
--> statement-breakpoint
DROP INDEX "git_repository_provider";
--> statement-breakpoint
DROP INDEX "event_finished";
--> statement-breakpoint
-- what no worker has found a repository for has no place in the old table; polling finds what it told of
DELETE FROM "event" WHERE "repository_id" IS NULL;
--> statement-breakpoint
ALTER TABLE "event" DROP CONSTRAINT "event_source";
--> statement-breakpoint
ALTER TABLE "event" DROP CONSTRAINT "event_state";
--> statement-breakpoint
UPDATE "event" SET "source" = "task",
  "state" = CASE "state" WHEN 'running' THEN 'due' WHEN 'failed' THEN 'due' WHEN 'skipped' THEN 'done' ELSE "state" END;
--> statement-breakpoint
ALTER TABLE "event" ADD CONSTRAINT "event_source" CHECK ("source" IN ('import', 'sync'));
--> statement-breakpoint
ALTER TABLE "event" ADD CONSTRAINT "event_state" CHECK ("state" IN ('due', 'done', 'dead'));
--> statement-breakpoint
ALTER TABLE "git_branch" DROP COLUMN "missing_since";
--> statement-breakpoint
ALTER TABLE "git_branch" DROP COLUMN "missing_looks";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "leased_at";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "git_account_id";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "provider";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "provider_id";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "provider_name";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "web_url";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "visibility";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "archived";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "provider_checked_at";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "polled_at";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "poll_due_at";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "compared_at";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "poll_etag";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "polled_refs";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "webhook_at";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "missed";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "missed_at";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "failures";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "task";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "webhook_id";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "delivery_id";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "event_name";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "content_type";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "body";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "named";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "heads";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "warnings";
--> statement-breakpoint
ALTER TABLE "event" ALTER COLUMN "repository_id" SET NOT NULL;
--> statement-breakpoint
DROP INDEX "event_due";
--> statement-breakpoint
CREATE INDEX "event_due" ON "event" ("due_at","id") WHERE state = 'due';

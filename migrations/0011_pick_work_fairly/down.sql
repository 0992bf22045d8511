DROP INDEX "event_waiting";
--> statement-breakpoint
DROP INDEX "event_unrouted";
--> statement-breakpoint
DROP INDEX "git_repository_leased";
--> statement-breakpoint
DROP INDEX "git_repository_turn";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "lease_task";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "retry_at";
--> statement-breakpoint
CREATE INDEX "event_due" ON "event" ("due_at","id") WHERE state IN ('due', 'running', 'failed');

DROP INDEX "git_repository_unchecked";
--> statement-breakpoint
DROP INDEX "event_told";
--> statement-breakpoint
DROP INDEX "event_body";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "revived_at";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "about_repository";
--> statement-breakpoint
DROP INDEX "git_repository_poll";
--> statement-breakpoint
CREATE INDEX "git_repository_poll" ON "git_repository" ("poll_due_at");
--> statement-breakpoint
DROP INDEX "event_finished";
--> statement-breakpoint
CREATE INDEX "event_finished" ON "event" ("finished_at") WHERE finished_at IS NOT NULL;
--> statement-breakpoint
DROP INDEX "event_unrouted";
--> statement-breakpoint
CREATE INDEX "event_unrouted" ON "event" ("id") WHERE source = 'webhook' AND named IS NULL AND state IN ('due', 'running', 'failed');

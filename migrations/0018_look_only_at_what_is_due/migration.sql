ALTER TABLE "event" ADD COLUMN "revived_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "about_repository" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
DROP INDEX "git_repository_poll";
--> statement-breakpoint
CREATE INDEX "git_repository_poll" ON "git_repository" ("poll_due_at") WHERE gone_at IS NULL;
--> statement-breakpoint
DROP INDEX "event_finished";
--> statement-breakpoint
CREATE INDEX "event_finished" ON "event" ("finished_at") WHERE state IN ('done', 'skipped');
--> statement-breakpoint
DROP INDEX "event_unrouted";
--> statement-breakpoint
CREATE INDEX "event_unrouted" ON "event" ("organization_id","id") WHERE source = 'webhook' AND named IS NULL AND state IN ('due', 'running', 'failed');
--> statement-breakpoint
CREATE INDEX "git_repository_unchecked" ON "git_repository" (coalesce(provider_checked_at, '-infinity'::timestamptz)) WHERE kind = 'remote';
--> statement-breakpoint
CREATE INDEX "event_told" ON "event" ("organization_id","repository_id","created_at") WHERE source = 'webhook';
--> statement-breakpoint
CREATE INDEX "event_body" ON "event" ("finished_at") WHERE state IN ('done', 'skipped') AND body IS NOT NULL;

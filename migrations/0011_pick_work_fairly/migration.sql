DROP INDEX "event_due";
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "lease_task" text;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "retry_at" timestamp with time zone;
--> statement-breakpoint
CREATE INDEX "git_repository_leased" ON "git_repository" ("lease_until") WHERE lease_until IS NOT NULL;
--> statement-breakpoint
CREATE INDEX "git_repository_turn" ON "git_repository" ("organization_id","leased_at");
--> statement-breakpoint
CREATE INDEX "event_waiting" ON "event" ("organization_id","repository_id","task","due_at") WHERE state IN ('due', 'running', 'failed') AND repository_id IS NOT NULL AND (source <> 'webhook' OR named IS NOT NULL);
--> statement-breakpoint
CREATE INDEX "event_unrouted" ON "event" ("id") WHERE source = 'webhook' AND named IS NULL AND state IN ('due', 'running', 'failed');

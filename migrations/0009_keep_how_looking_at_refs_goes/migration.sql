ALTER TABLE "git_repository" ADD COLUMN "poll_failures" integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "poll_failing_since" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "poll_problem" text;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "mirror_bytes" bigint;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "missed" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
DROP INDEX "git_repository_poll";
--> statement-breakpoint
CREATE INDEX "git_repository_poll" ON "git_repository" ("poll_due_at");
--> statement-breakpoint
CREATE INDEX "git_branch_missing" ON "git_branch" ("organization_id","repository_id") WHERE missing_since IS NOT NULL;

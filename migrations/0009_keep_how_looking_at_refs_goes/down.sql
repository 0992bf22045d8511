DROP INDEX "git_branch_missing";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "poll_failures";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "poll_failing_since";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "poll_problem";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "mirror_bytes";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "missed";
--> statement-breakpoint
DROP INDEX "git_repository_poll";
--> statement-breakpoint
CREATE INDEX "git_repository_poll" ON "git_repository" ("poll_due_at") WHERE kind = 'remote';

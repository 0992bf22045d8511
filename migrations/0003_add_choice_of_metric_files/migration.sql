ALTER TABLE "git_repository" ADD COLUMN "read_with" jsonb;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "paths_version" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "candidates" jsonb;
--> statement-breakpoint
ALTER TABLE "metric_path" ADD COLUMN "chosen_identity" jsonb;

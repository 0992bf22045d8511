ALTER TABLE "git_repository" DROP COLUMN "read_with";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "paths_version";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "candidates";
--> statement-breakpoint
ALTER TABLE "metric_path" DROP COLUMN "chosen_identity";

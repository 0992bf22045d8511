ALTER TABLE "git_repository" DROP COLUMN "branch_days";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "branch_also";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "branch_never";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "branch_look";

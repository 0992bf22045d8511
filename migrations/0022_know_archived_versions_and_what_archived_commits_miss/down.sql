DROP TABLE "archived_problem";
--> statement-breakpoint
DROP TABLE "archived_version";
--> statement-breakpoint
ALTER TABLE "git_branch" DROP COLUMN "head_facts";
--> statement-breakpoint
ALTER TABLE "metric_column" DROP COLUMN "best_digits";

REVOKE UPDATE (unit, goal, goal_from, best_value, best_position) ON metric_column FROM tidemark_web;
--> statement-breakpoint
DROP TABLE "git_tag";
--> statement-breakpoint
DROP TABLE "column_choice";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "spark_column";

ALTER TABLE "event" DROP CONSTRAINT "event_repository";
--> statement-breakpoint
ALTER TABLE "git_branch" DROP CONSTRAINT "git_branch_repository";
--> statement-breakpoint
ALTER TABLE "git_commit" DROP CONSTRAINT "git_commit_repository";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP CONSTRAINT "git_repository_organization_id_organization_id_fkey";
--> statement-breakpoint
ALTER TABLE "import_commit" DROP CONSTRAINT "import_commit_repository";
--> statement-breakpoint
ALTER TABLE "account" DROP CONSTRAINT "account_user_id_user_id_fkey";
--> statement-breakpoint
ALTER TABLE "membership" DROP CONSTRAINT "membership_organization_id_organization_id_fkey";
--> statement-breakpoint
ALTER TABLE "membership" DROP CONSTRAINT "membership_user_id_user_id_fkey";
--> statement-breakpoint
ALTER TABLE "session" DROP CONSTRAINT "session_user_id_user_id_fkey";
--> statement-breakpoint
ALTER TABLE "metric_column" DROP CONSTRAINT "metric_column_repository";
--> statement-breakpoint
ALTER TABLE "metric_file" DROP CONSTRAINT "metric_file_repository";
--> statement-breakpoint
ALTER TABLE "metric_file" DROP CONSTRAINT "metric_file_shape";
--> statement-breakpoint
ALTER TABLE "metric_path" DROP CONSTRAINT "metric_path_repository";
--> statement-breakpoint
ALTER TABLE "metric_shape" DROP CONSTRAINT "metric_shape_repository";
--> statement-breakpoint
DROP TABLE "event";
--> statement-breakpoint
DROP TABLE "git_branch";
--> statement-breakpoint
DROP TABLE "git_commit";
--> statement-breakpoint
DROP TABLE "git_repository";
--> statement-breakpoint
DROP TABLE "import_commit";
--> statement-breakpoint
DROP TABLE "account";
--> statement-breakpoint
DROP TABLE "membership";
--> statement-breakpoint
DROP TABLE "organization";
--> statement-breakpoint
DROP TABLE "session";
--> statement-breakpoint
DROP TABLE "user";
--> statement-breakpoint
DROP TABLE "verification";
--> statement-breakpoint
DROP TABLE "metric_column";
--> statement-breakpoint
DROP TABLE "metric_file";
--> statement-breakpoint
DROP TABLE "metric_path";
--> statement-breakpoint
DROP TABLE "metric_shape";

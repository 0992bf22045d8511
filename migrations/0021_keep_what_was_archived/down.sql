ALTER TABLE "archive_segment" DROP CONSTRAINT "archive_segment_object";
--> statement-breakpoint
DROP TABLE "archive_column";
--> statement-breakpoint
DROP TABLE "archive_object";
--> statement-breakpoint
DROP TABLE "archive_run";
--> statement-breakpoint
DROP TABLE "archive_segment";
--> statement-breakpoint
DROP TABLE "archived_commit";
--> statement-breakpoint
DROP INDEX "git_repository_archive";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "archived_to";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "hot_from";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "archived_file";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "archive_due_at";

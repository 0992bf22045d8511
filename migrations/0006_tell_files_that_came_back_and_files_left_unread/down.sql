ALTER TABLE "git_commit" DROP COLUMN "returned_file";
--> statement-breakpoint
ALTER TABLE "git_commit" DROP COLUMN "unread_from";

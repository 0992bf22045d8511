ALTER TABLE "git_commit" ADD COLUMN "returned_file" bigint[];
--> statement-breakpoint
ALTER TABLE "git_commit" ADD COLUMN "unread_from" text;

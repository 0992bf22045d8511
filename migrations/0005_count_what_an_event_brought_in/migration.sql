ALTER TABLE "event" ADD COLUMN "commits" bigint;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "files" bigint;

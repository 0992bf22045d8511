ALTER TABLE "event" DROP COLUMN "commits";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "files";

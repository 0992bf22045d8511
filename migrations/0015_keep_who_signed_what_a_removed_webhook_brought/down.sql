DROP INDEX "event_of_webhook";
--> statement-breakpoint
ALTER TABLE "event" DROP COLUMN "webhook_kind";

ALTER TABLE "event" ADD COLUMN "webhook_kind" text;
--> statement-breakpoint
CREATE INDEX "event_of_webhook" ON "event" ("organization_id","webhook_id","id") WHERE repository_id IS NULL;

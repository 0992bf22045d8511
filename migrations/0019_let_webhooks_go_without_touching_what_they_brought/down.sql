-- What webhooks brought that are removed by now.
UPDATE event e SET webhook_id = NULL
WHERE e.webhook_id IS NOT NULL AND NOT EXISTS (
  SELECT FROM webhook w WHERE w.organization_id = e.organization_id AND w.id = e.webhook_id);
--> statement-breakpoint
ALTER TABLE "event" ADD CONSTRAINT "event_webhook" FOREIGN KEY ("organization_id","webhook_id") REFERENCES "webhook"("organization_id","id");

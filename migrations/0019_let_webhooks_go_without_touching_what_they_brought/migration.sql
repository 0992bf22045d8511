ALTER TABLE "event" DROP CONSTRAINT "event_webhook";
--> statement-breakpoint
-- Who signed a delivery stands with it from now on, not only once its webhook is removed.
UPDATE event e SET webhook_kind = w.kind FROM webhook w
WHERE w.organization_id = e.organization_id AND w.id = e.webhook_id AND e.webhook_kind IS NULL;

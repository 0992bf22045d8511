ALTER TABLE "event" ADD COLUMN "reason" text;

ALTER TABLE "event" ADD COLUMN "user_id" text;

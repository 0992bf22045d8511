ALTER TABLE "webhook" ADD COLUMN "resent_until" timestamp with time zone;

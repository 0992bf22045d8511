ALTER TABLE "git_host" ADD COLUMN "tried_at" timestamp with time zone;

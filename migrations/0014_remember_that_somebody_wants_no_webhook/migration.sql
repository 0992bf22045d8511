ALTER TABLE "git_repository" ADD COLUMN "webhook_unwanted" boolean DEFAULT false NOT NULL;

ALTER TABLE "git_repository" DROP COLUMN "webhook_unwanted";

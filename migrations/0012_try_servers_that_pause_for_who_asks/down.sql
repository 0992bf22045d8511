ALTER TABLE "git_host" DROP COLUMN "tried_at";

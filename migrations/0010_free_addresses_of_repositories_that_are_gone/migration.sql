ALTER TABLE "git_repository" DROP CONSTRAINT "git_repository_address";
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "gone_at" timestamp with time zone;
--> statement-breakpoint
CREATE UNIQUE INDEX "git_repository_address" ON "git_repository" ("organization_id","address") WHERE gone_at IS NULL;

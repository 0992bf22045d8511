-- the old table has each address once: one that is gone keeps its rows under an address that leads nowhere
UPDATE "git_repository" SET "address" = "address" || '#gone-' || "id" WHERE "gone_at" IS NOT NULL;
--> statement-breakpoint
DROP INDEX "git_repository_address";
--> statement-breakpoint
ALTER TABLE "git_repository" DROP COLUMN "gone_at";
--> statement-breakpoint
ALTER TABLE "git_repository" ADD CONSTRAINT "git_repository_address" UNIQUE("organization_id","address");

ALTER TABLE "git_repository" ADD COLUMN "branch_days" integer DEFAULT 90;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "branch_also" text[] DEFAULT '{}'::text[] NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "branch_never" text[] DEFAULT '{}'::text[] NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "branch_look" jsonb;

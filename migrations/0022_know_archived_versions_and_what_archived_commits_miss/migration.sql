CREATE TABLE "archived_problem" (
	"organization_id" bigint,
	"repository_id" bigint,
	"position" bigint,
	"files" bigint[] NOT NULL,
	"brought" bigint[] NOT NULL,
	"warnings" jsonb,
	CONSTRAINT "archived_problem_pkey" PRIMARY KEY("organization_id","repository_id","position")
);
--> statement-breakpoint
CREATE TABLE "archived_version" (
	"organization_id" bigint,
	"repository_id" bigint,
	"number" bigint,
	"path" text NOT NULL,
	"adapter" text NOT NULL,
	"numbers" integer[] NOT NULL,
	"versions" bytea[] NOT NULL,
	CONSTRAINT "archived_version_pkey" PRIMARY KEY("organization_id","repository_id","number")
);
--> statement-breakpoint
ALTER TABLE "git_branch" ADD COLUMN "head_facts" jsonb;
--> statement-breakpoint
ALTER TABLE "metric_column" ADD COLUMN "best_digits" text;
--> statement-breakpoint
CREATE INDEX "archived_version_path" ON "archived_version" ("organization_id","repository_id","path");
--> statement-breakpoint
ALTER TABLE "archived_problem" ADD CONSTRAINT "archived_problem_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "archived_version" ADD CONSTRAINT "archived_version_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;

--> statement-breakpoint
-- Pages count what is archived; workers and archivers write it.
GRANT SELECT ON archived_version, archived_problem TO tidemark_web;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON archived_version, archived_problem TO tidemark_worker;
--> statement-breakpoint
-- Who chooses another goal changes the best value.
GRANT UPDATE (best_digits) ON metric_column TO tidemark_web;

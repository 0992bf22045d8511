CREATE TABLE "git_tag" (
	"organization_id" bigint,
	"repository_id" bigint,
	"name" text NOT NULL,
	"name_bytes" bytea,
	"sha" bytea NOT NULL,
	CONSTRAINT "git_tag_pkey" PRIMARY KEY("organization_id","repository_id","name_bytes")
);
--> statement-breakpoint
CREATE TABLE "column_choice" (
	"organization_id" bigint,
	"repository_id" bigint,
	"path" text,
	"key" text,
	"goal_chosen" boolean DEFAULT false NOT NULL,
	"goal" text,
	"unit_chosen" boolean DEFAULT false NOT NULL,
	"unit" text,
	"alias" text,
	"told_goal" text,
	"told_goal_from" text,
	"told_unit" text,
	CONSTRAINT "column_choice_pkey" PRIMARY KEY("organization_id","repository_id","path","key"),
	CONSTRAINT "column_choice_goal" CHECK ("goal" IN ('higher', 'lower'))
);
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "spark_column" text;
--> statement-breakpoint
ALTER TABLE "git_tag" ADD CONSTRAINT "git_tag_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "column_choice" ADD CONSTRAINT "column_choice_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
-- What drizzle cannot say: people choose through pages, and the worker keeps their choices when it writes the catalogue.
GRANT SELECT, INSERT, UPDATE ON column_choice TO tidemark_web;
--> statement-breakpoint
GRANT SELECT, UPDATE ON column_choice TO tidemark_worker;
--> statement-breakpoint
GRANT SELECT ON git_tag TO tidemark_web;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON git_tag TO tidemark_worker;
--> statement-breakpoint
-- A choice counts at once: the page that makes it writes what follows from it into the catalogue.
GRANT UPDATE (unit, goal, goal_from, best_value, best_position) ON metric_column TO tidemark_web;

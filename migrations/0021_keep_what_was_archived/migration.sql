CREATE TABLE "archive_column" (
	"organization_id" bigint,
	"repository_id" bigint,
	"number" bigint,
	"path" text NOT NULL,
	"key" text NOT NULL,
	CONSTRAINT "archive_column_pkey" PRIMARY KEY("organization_id","repository_id","number"),
	CONSTRAINT "archive_column_name" UNIQUE("organization_id","repository_id","path","key")
);
--> statement-breakpoint
CREATE TABLE "archive_object" (
	"organization_id" bigint,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "archive_object_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"bucket" integer NOT NULL,
	"key" text NOT NULL CONSTRAINT "archive_object_key" UNIQUE,
	"bytes" bigint NOT NULL,
	"sha256" bytea NOT NULL,
	"rows" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "archive_object_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "archive_object_kind" CHECK ("kind" IN ('values', 'commits', 'columns'))
);
--> statement-breakpoint
CREATE TABLE "archive_run" (
	"organization_id" bigint,
	"repository_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "archive_run_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"task" text NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"first_position" bigint NOT NULL,
	"last_position" bigint NOT NULL,
	"keys" text[] DEFAULT '{}'::text[] NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"problem" text,
	CONSTRAINT "archive_run_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "archive_run_task" CHECK ("task" IN ('archive', 'rewrite', 'compact')),
	CONSTRAINT "archive_run_state" CHECK ("state" IN ('running', 'done', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "archive_segment" (
	"organization_id" bigint,
	"repository_id" bigint,
	"kind" text,
	"first_position" bigint,
	"last_position" bigint NOT NULL,
	"object_id" bigint NOT NULL,
	"rows" bigint NOT NULL,
	"stale_at" timestamp with time zone,
	CONSTRAINT "archive_segment_pkey" PRIMARY KEY("organization_id","repository_id","kind","first_position"),
	CONSTRAINT "archive_segment_kind" CHECK ("kind" IN ('values', 'commits', 'columns')),
	CONSTRAINT "archive_segment_range" CHECK ("first_position" <= "last_position")
);
--> statement-breakpoint
CREATE TABLE "archived_commit" (
	"organization_id" bigint,
	"repository_id" bigint,
	"position" bigint,
	"shas" bytea NOT NULL,
	"first_parents" bytea NOT NULL,
	"ordinals" bytea NOT NULL,
	"lines" bytea NOT NULL,
	"other_parents" jsonb DEFAULT '{}' NOT NULL,
	"unreachable" jsonb DEFAULT '{}' NOT NULL,
	CONSTRAINT "archived_commit_pkey" PRIMARY KEY("organization_id","repository_id","position")
);
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "archived_to" bigint;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "hot_from" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "archived_file" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "archive_due_at" timestamp with time zone DEFAULT now() NOT NULL;
--> statement-breakpoint
CREATE INDEX "git_repository_archive" ON "git_repository" ("archive_due_at");
--> statement-breakpoint
CREATE INDEX "archive_object_retired" ON "archive_object" ("retired_at") WHERE retired_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX "archive_run_of_repository" ON "archive_run" ("organization_id","repository_id","id");
--> statement-breakpoint
CREATE INDEX "archive_segment_object" ON "archive_segment" ("organization_id","object_id");
--> statement-breakpoint
CREATE INDEX "archive_segment_stale" ON "archive_segment" ("stale_at") WHERE stale_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX "archived_commit_unreachable" ON "archived_commit" ("organization_id","repository_id") WHERE unreachable <> '{}'::jsonb;
--> statement-breakpoint
ALTER TABLE "archive_column" ADD CONSTRAINT "archive_column_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "archive_object" ADD CONSTRAINT "archive_object_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "archive_run" ADD CONSTRAINT "archive_run_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "archive_segment" ADD CONSTRAINT "archive_segment_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "archive_segment" ADD CONSTRAINT "archive_segment_object" FOREIGN KEY ("organization_id","object_id") REFERENCES "archive_object"("organization_id","id");
--> statement-breakpoint
ALTER TABLE "archived_commit" ADD CONSTRAINT "archived_commit_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;

--> statement-breakpoint
-- Pages read the manifest and what stays of archived commits; workers and archivers write them.
GRANT SELECT ON archive_object, archive_segment, archived_commit, archive_column, archive_run TO tidemark_web;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON archive_object, archive_segment, archived_commit, archive_column, archive_run TO tidemark_worker;

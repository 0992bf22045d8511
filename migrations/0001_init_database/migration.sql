CREATE TABLE "event" (
	"organization_id" bigint,
	"repository_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "event_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source" text NOT NULL,
	"state" text DEFAULT 'due' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"error" text,
	CONSTRAINT "event_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "event_source" CHECK ("source" IN ('import', 'sync')),
	CONSTRAINT "event_state" CHECK ("state" IN ('due', 'done', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "git_branch" (
	"organization_id" bigint,
	"repository_id" bigint,
	"number" integer,
	"name" text NOT NULL,
	"name_bytes" bytea NOT NULL,
	"head" bytea NOT NULL,
	"head_position" bigint NOT NULL,
	"fork_branch" integer,
	"fork_ordinal" bigint,
	"state" text DEFAULT 'live' NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "git_branch_pkey" PRIMARY KEY("organization_id","repository_id","number"),
	CONSTRAINT "git_branch_name" UNIQUE("organization_id","repository_id","name_bytes"),
	CONSTRAINT "git_branch_state" CHECK ("state" IN ('live', 'deleted'))
);
--> statement-breakpoint
CREATE TABLE "git_commit" (
	"organization_id" bigint,
	"repository_id" bigint,
	"position" bigint,
	"sha" bytea NOT NULL,
	"parents" bytea[] NOT NULL,
	"first_parent" bigint,
	"ordinal" bigint NOT NULL,
	"line" integer,
	"author_name" text NOT NULL,
	"author_email" text NOT NULL,
	"authored" text NOT NULL,
	"authored_at" timestamp with time zone NOT NULL,
	"committer_name" text NOT NULL,
	"committed" text NOT NULL,
	"committed_at" timestamp with time zone NOT NULL,
	"subject" text NOT NULL,
	"metric_file" bigint[] NOT NULL,
	"baseline_file" bigint[] NOT NULL,
	"baseline_position" bigint[] NOT NULL,
	"warned_file" bigint[],
	"warnings" jsonb,
	"unreachable_since" timestamp with time zone,
	CONSTRAINT "git_commit_pkey" PRIMARY KEY("organization_id","repository_id","position"),
	CONSTRAINT "git_commit_sha" UNIQUE("organization_id","repository_id","sha")
);
--> statement-breakpoint
CREATE TABLE "git_repository" (
	"organization_id" bigint,
	"id" bigint CONSTRAINT "git_repository_id" UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "git_repository_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"address" text NOT NULL,
	"default_branch" text,
	"state" text DEFAULT 'waiting' NOT NULL,
	"progress" jsonb,
	"import_state" jsonb,
	"problem" text,
	"notices" jsonb DEFAULT '[]' NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"imported_to" bigint,
	"lease_holder" text,
	"lease_until" timestamp with time zone,
	"lease_token" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"synced_at" timestamp with time zone,
	CONSTRAINT "git_repository_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "git_repository_name" UNIQUE("organization_id","name"),
	CONSTRAINT "git_repository_address" UNIQUE("organization_id","address"),
	CONSTRAINT "git_repository_kind" CHECK ("kind" IN ('remote', 'folder')),
	CONSTRAINT "git_repository_state" CHECK ("state" IN ('waiting', 'importing', 'syncing', 'ready', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "import_commit" (
	"organization_id" bigint,
	"repository_id" bigint,
	"position" bigint,
	"shas" bytea NOT NULL,
	"first_parents" bytea NOT NULL,
	CONSTRAINT "import_commit_pkey" PRIMARY KEY("organization_id","repository_id","position")
);
--> statement-breakpoint
CREATE TABLE "account" (
	"id" text PRIMARY KEY,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "membership" (
	"organization_id" bigint,
	"user_id" text,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "membership_pkey" PRIMARY KEY("organization_id","user_id"),
	CONSTRAINT "membership_role" CHECK ("role" IN ('owner', 'admin', 'member', 'viewer'))
);
--> statement-breakpoint
CREATE TABLE "organization" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "organization_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" text PRIMARY KEY,
	"user_id" text NOT NULL,
	"token" text NOT NULL UNIQUE,
	"expires_at" timestamp with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text PRIMARY KEY,
	"name" text NOT NULL,
	"email" text NOT NULL UNIQUE,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "verification" (
	"id" text PRIMARY KEY,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "metric_column" (
	"organization_id" bigint,
	"repository_id" bigint,
	"path" text,
	"key" text,
	"kind" text NOT NULL,
	"unit" text,
	"goal" text,
	"goal_from" text,
	"unstable" boolean DEFAULT false NOT NULL,
	"written_order" integer NOT NULL,
	"first_position" bigint NOT NULL,
	"last_position" bigint NOT NULL,
	"last_changed_position" bigint,
	"changes" integer NOT NULL,
	"recent_changes" integer NOT NULL,
	"best_value" double precision,
	"best_position" bigint,
	CONSTRAINT "metric_column_pkey" PRIMARY KEY("organization_id","repository_id","path","key"),
	CONSTRAINT "metric_column_kind" CHECK ("kind" IN ('number', 'text', 'boolean', 'mixed', 'empty')),
	CONSTRAINT "metric_column_goal" CHECK ("goal" IN ('higher', 'lower'))
);
--> statement-breakpoint
CREATE TABLE "metric_file" (
	"organization_id" bigint,
	"repository_id" bigint,
	"number" bigint,
	"path" text NOT NULL,
	"version" bytea NOT NULL,
	"size" bigint NOT NULL,
	"adapter" text NOT NULL,
	"adapter_version" integer NOT NULL,
	"status" text NOT NULL,
	"problem" jsonb,
	"warnings" jsonb,
	"shape" bigint,
	"values" jsonb,
	CONSTRAINT "metric_file_pkey" PRIMARY KEY("organization_id","repository_id","number"),
	CONSTRAINT "metric_file_version" UNIQUE("organization_id","repository_id","path","version"),
	CONSTRAINT "metric_file_status" CHECK ("status" IN ('read', 'unreadable')),
	CONSTRAINT "metric_file_values" CHECK (("status" = 'read') = ("shape" IS NOT NULL AND "values" IS NOT NULL))
);
--> statement-breakpoint
CREATE TABLE "metric_path" (
	"organization_id" bigint,
	"repository_id" bigint,
	"pattern" text,
	"source" text NOT NULL,
	"identity" jsonb,
	"enabled" boolean DEFAULT true NOT NULL,
	CONSTRAINT "metric_path_pkey" PRIMARY KEY("organization_id","repository_id","pattern"),
	CONSTRAINT "metric_path_source" CHECK ("source" IN ('built-in', 'dvc.yaml', 'dvc.lock', 'chosen'))
);
--> statement-breakpoint
CREATE TABLE "metric_shape" (
	"organization_id" bigint,
	"repository_id" bigint,
	"number" bigint,
	"hash" bytea NOT NULL,
	"keys" text[] NOT NULL,
	CONSTRAINT "metric_shape_pkey" PRIMARY KEY("organization_id","repository_id","number"),
	CONSTRAINT "metric_shape_hash" UNIQUE("organization_id","repository_id","hash")
);
--> statement-breakpoint
CREATE INDEX "event_due" ON "event" ("due_at","id") WHERE state = 'due';
--> statement-breakpoint
CREATE INDEX "event_of_repository" ON "event" ("organization_id","repository_id","id");
--> statement-breakpoint
CREATE INDEX "git_commit_line" ON "git_commit" ("organization_id","repository_id","line","ordinal");
--> statement-breakpoint
CREATE INDEX "git_commit_unreachable" ON "git_commit" ("organization_id","repository_id","position") WHERE unreachable_since IS NOT NULL;
--> statement-breakpoint
CREATE INDEX "account_user" ON "account" ("user_id");
--> statement-breakpoint
CREATE INDEX "membership_user" ON "membership" ("user_id");
--> statement-breakpoint
CREATE INDEX "session_user" ON "session" ("user_id");
--> statement-breakpoint
CREATE INDEX "verification_identifier" ON "verification" ("identifier");
--> statement-breakpoint
CREATE INDEX "metric_file_of_shape" ON "metric_file" ("organization_id","repository_id","shape");
--> statement-breakpoint
ALTER TABLE "event" ADD CONSTRAINT "event_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "git_branch" ADD CONSTRAINT "git_branch_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "git_commit" ADD CONSTRAINT "git_commit_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD CONSTRAINT "git_repository_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "import_commit" ADD CONSTRAINT "import_commit_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "metric_column" ADD CONSTRAINT "metric_column_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "metric_file" ADD CONSTRAINT "metric_file_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "metric_file" ADD CONSTRAINT "metric_file_shape" FOREIGN KEY ("organization_id","repository_id","shape") REFERENCES "metric_shape"("organization_id","repository_id","number");
--> statement-breakpoint
ALTER TABLE "metric_path" ADD CONSTRAINT "metric_path_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "metric_shape" ADD CONSTRAINT "metric_shape_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;

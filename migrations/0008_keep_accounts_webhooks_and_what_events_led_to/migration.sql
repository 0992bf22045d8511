CREATE TABLE "git_account" (
	"organization_id" bigint,
	"id" bigint CONSTRAINT "git_account_id" UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "git_account_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" text NOT NULL,
	"shared" boolean DEFAULT false NOT NULL,
	"kind" text NOT NULL,
	"base_url" text NOT NULL,
	"login" text NOT NULL,
	"subject" text,
	"name" text NOT NULL,
	"token" bytea NOT NULL,
	"scopes" text[] DEFAULT '{}'::text[] NOT NULL,
	"missing_scopes" text[] DEFAULT '{}'::text[] NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"problem" text,
	"limited_until" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"checked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "git_account_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "git_account_login" UNIQUE("organization_id","user_id","base_url","login"),
	CONSTRAINT "git_account_kind" CHECK ("kind" IN ('github', 'gitlab', 'gitea', 'bitbucket', 'plain')),
	CONSTRAINT "git_account_state" CHECK ("state" IN ('active', 'refused', 'expired'))
);
--> statement-breakpoint
CREATE TABLE "git_host" (
	"host" text PRIMARY KEY,
	"failures" integer DEFAULT 0 NOT NULL,
	"paused_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "webhook" (
	"organization_id" bigint,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "webhook_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"hook_id" text NOT NULL CONSTRAINT "webhook_hook_id" UNIQUE,
	"kind" text NOT NULL,
	"repository_id" bigint,
	"git_account_id" bigint,
	"secret" bytea NOT NULL,
	"previous_secret" bytea,
	"previous_until" timestamp with time zone,
	"provider_hook_id" text,
	"url" text,
	"state" text DEFAULT 'waiting' NOT NULL,
	"problem" text,
	"checked_at" timestamp with time zone,
	"received_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "webhook_kind" CHECK ("kind" IN ('github', 'gitlab', 'gitea', 'bitbucket', 'standard', 'signed')),
	CONSTRAINT "webhook_state" CHECK ("state" IN ('waiting', 'active', 'missing', 'refused'))
);
--> statement-breakpoint
ALTER TABLE "git_branch" ADD COLUMN "missing_since" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "git_branch" ADD COLUMN "missing_looks" integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "leased_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "git_account_id" bigint;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "provider" text;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "provider_id" text;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "provider_name" text;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "web_url" text;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "visibility" text;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "archived" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "provider_checked_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "polled_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "poll_due_at" timestamp with time zone DEFAULT now() NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "compared_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "poll_etag" text;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "polled_refs" bytea;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "webhook_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "missed" integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "missed_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "git_repository" ADD COLUMN "failures" integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "task" text DEFAULT 'sync' NOT NULL;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "webhook_id" bigint;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "delivery_id" text;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "event_name" text;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "content_type" text;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "body" bytea;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "named" jsonb;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "heads" jsonb;
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "warnings" bigint;
--> statement-breakpoint
ALTER TABLE "event" ALTER COLUMN "repository_id" DROP NOT NULL;
--> statement-breakpoint
DROP INDEX "event_due";
--> statement-breakpoint
CREATE INDEX "event_due" ON "event" ("due_at","id") WHERE state IN ('due', 'running', 'failed');
--> statement-breakpoint
ALTER TABLE "event" ADD CONSTRAINT "event_delivery" UNIQUE("organization_id","webhook_id","delivery_id");
--> statement-breakpoint
CREATE INDEX "git_repository_poll" ON "git_repository" ("poll_due_at") WHERE kind = 'remote';
--> statement-breakpoint
CREATE INDEX "git_repository_provider" ON "git_repository" ("organization_id","provider","provider_id");
--> statement-breakpoint
CREATE INDEX "event_finished" ON "event" ("finished_at") WHERE finished_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX "webhook_repository" ON "webhook" ("organization_id","repository_id");
--> statement-breakpoint
ALTER TABLE "git_repository" ADD CONSTRAINT "git_repository_account" FOREIGN KEY ("organization_id","git_account_id") REFERENCES "git_account"("organization_id","id");
--> statement-breakpoint
ALTER TABLE "git_account" ADD CONSTRAINT "git_account_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "git_account" ADD CONSTRAINT "git_account_user" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "event" ADD CONSTRAINT "event_webhook" FOREIGN KEY ("organization_id","webhook_id") REFERENCES "webhook"("organization_id","id");
--> statement-breakpoint
ALTER TABLE "webhook" ADD CONSTRAINT "webhook_organization_id_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "webhook" ADD CONSTRAINT "webhook_of_repository" FOREIGN KEY ("organization_id","repository_id") REFERENCES "git_repository"("organization_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "webhook" ADD CONSTRAINT "webhook_account" FOREIGN KEY ("organization_id","git_account_id") REFERENCES "git_account"("organization_id","id");
--> statement-breakpoint
ALTER TABLE "git_repository" ADD CONSTRAINT "git_repository_visibility" CHECK ("visibility" IN ('public', 'private'));
--> statement-breakpoint
ALTER TABLE "event" ADD CONSTRAINT "event_task" CHECK ("task" IN ('sync', 'import'));
--> statement-breakpoint
-- an event said in one word why it happened and what it asks for
ALTER TABLE "event" DROP CONSTRAINT "event_source";
--> statement-breakpoint
UPDATE "event" SET "task" = "source", "source" = CASE "source" WHEN 'sync' THEN 'person' ELSE 'import' END;
--> statement-breakpoint
ALTER TABLE "event" ADD CONSTRAINT "event_source" CHECK ("source" IN ('webhook', 'poll', 'person', 'import', 'schedule'));
--> statement-breakpoint
ALTER TABLE "event" DROP CONSTRAINT "event_state", ADD CONSTRAINT "event_state" CHECK ("state" IN ('due', 'running', 'done', 'skipped', 'failed', 'dead'));
--> statement-breakpoint
-- Pages show and change accounts and webhooks, and take deliveries; the worker uses both and says how they are doing.
GRANT SELECT, INSERT, UPDATE, DELETE ON git_account, webhook TO tidemark_web, tidemark_worker;
--> statement-breakpoint
GRANT SELECT ON git_host TO tidemark_web;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON git_host TO tidemark_worker;

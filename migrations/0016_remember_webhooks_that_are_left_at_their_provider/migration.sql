CREATE TABLE "left_webhook" (
	"organization_id" bigint,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "left_webhook_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"git_account_id" bigint NOT NULL,
	"provider_id" text NOT NULL,
	"provider_name" text NOT NULL,
	"provider_hook_id" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "left_webhook_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE INDEX "left_webhook_due" ON "left_webhook" ("due_at");
--> statement-breakpoint
ALTER TABLE "left_webhook" ADD CONSTRAINT "left_webhook_account" FOREIGN KEY ("organization_id","git_account_id") REFERENCES "git_account"("organization_id","id") ON DELETE CASCADE;

--> statement-breakpoint
-- Whoever removes a webhook leaves a row, a page too; the worker's role takes it up again.
GRANT SELECT, INSERT, UPDATE, DELETE ON left_webhook TO tidemark_web, tidemark_worker;

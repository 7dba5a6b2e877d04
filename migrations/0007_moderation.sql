CREATE TABLE "audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"action" text NOT NULL,
	"by_id" uuid,
	"target_id" uuid,
	"message_id" uuid,
	"reason" text,
	"until" bigint,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "purges" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"from_id" uuid NOT NULL,
	"to_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"is_done" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"message_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"reporter_id" uuid NOT NULL,
	"reason" text,
	"status" text NOT NULL,
	"reported_text" text,
	"closed_by" uuid,
	"revision" bigint NOT NULL,
	"changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "restrictions" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"mute" jsonb,
	"ban" jsonb,
	"revision" bigint NOT NULL,
	"changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "room_state" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"revision" bigint NOT NULL,
	"state" jsonb NOT NULL,
	CONSTRAINT "room_state_one_row" CHECK ("room_state"."id")
);
--> statement-breakpoint
CREATE TABLE "word_list" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"terms" jsonb NOT NULL,
	"revision" bigint NOT NULL,
	CONSTRAINT "word_list_one_row" CHECK ("word_list"."id")
);
--> statement-breakpoint
CREATE INDEX "reports_author_id_index" ON "reports" USING btree ("author_id") WHERE "reports"."reported_text" is not null;--> statement-breakpoint
CREATE INDEX "reports_open_index" ON "reports" USING btree ("id") WHERE "reports"."status" = 'open';
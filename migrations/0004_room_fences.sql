CREATE TABLE "room_fences" (
	"environment" text NOT NULL,
	"room" text NOT NULL,
	"epoch" text NOT NULL,
	"flushed_seq" bigint NOT NULL,
	"written_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "room_fences_environment_room_pk" PRIMARY KEY("environment","room"),
	CONSTRAINT "room_fences_matches" CHECK ("room_fences"."flushed_seq" >= 0)
);
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "client_id" text;--> statement-breakpoint
CREATE INDEX "messages_user_id_client_id_index" ON "messages" USING btree ("user_id","client_id") WHERE "messages"."client_id" is not null;
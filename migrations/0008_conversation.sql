CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE TABLE "read_markers" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"message_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "reply_to" uuid;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "mentions" uuid[];--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "mentions_room" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "folded" text;--> statement-breakpoint
CREATE INDEX "messages_folded_index" ON "messages" USING gin ("folded" gin_trgm_ops) WHERE not "messages"."is_deleted";--> statement-breakpoint
CREATE INDEX "messages_mentions_index" ON "messages" USING gin ("mentions") WHERE "messages"."mentions" is not null;--> statement-breakpoint
CREATE INDEX "messages_mentions_room_index" ON "messages" USING btree ("id") WHERE "messages"."mentions_room";
--> statement-breakpoint
-- A change of a text leaves nothing of the former one, also by a release that does not know these columns.
CREATE FUNCTION "messages_forget"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.is_deleted THEN
    new.reply_to := NULL;
    new.mentions := NULL;
    new.mentions_room := false;
    new.folded := NULL;
  ELSIF new.content IS DISTINCT FROM old.content AND new.folded IS NOT DISTINCT FROM old.folded THEN
    new.folded := NULL;
  END IF;
  RETURN new;
END $$;--> statement-breakpoint
CREATE TRIGGER "messages_forget" BEFORE UPDATE ON "messages" FOR EACH ROW EXECUTE FUNCTION "messages_forget"();--> statement-breakpoint
-- Runs after the other one, as triggers run in the order of their names. A statement that writes "folded" knows
-- the column: then an equal value is that of the new text, which differs from the old one in case only.
CREATE FUNCTION "messages_forget_not"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.folded IS NULL AND NOT new.is_deleted THEN
    new.folded := old.folded;
  END IF;
  RETURN new;
END $$;--> statement-breakpoint
CREATE TRIGGER "messages_forget_not" BEFORE UPDATE OF "folded" ON "messages" FOR EACH ROW EXECUTE FUNCTION "messages_forget_not"();

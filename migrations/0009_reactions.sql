CREATE TABLE "reaction_sets" (
	"message_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"reactions" text[] NOT NULL,
	CONSTRAINT "reaction_sets_message_id_user_id_pk" PRIMARY KEY("message_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "reaction_totals" (
	"message_id" uuid PRIMARY KEY NOT NULL,
	"counts" jsonb NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "reaction_sets_user_id_message_id_index" ON "reaction_sets" USING btree ("user_id","message_id");--> statement-breakpoint
-- A message that is deleted, or expires, leaves no reactions, also by a release that does not know these tables.
CREATE FUNCTION "reactions_forget"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM reaction_sets WHERE message_id = coalesce(new.id, old.id);
  DELETE FROM reaction_totals WHERE message_id = coalesce(new.id, old.id);
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "reactions_forget_deleted" AFTER UPDATE OF "is_deleted" ON "messages" FOR EACH ROW
  WHEN (new.is_deleted AND NOT old.is_deleted) EXECUTE FUNCTION "reactions_forget"();--> statement-breakpoint
CREATE TRIGGER "reactions_forget_inserted" AFTER INSERT ON "messages" FOR EACH ROW
  WHEN (new.is_deleted) EXECUTE FUNCTION "reactions_forget"();--> statement-breakpoint
CREATE TRIGGER "reactions_forget_expired" AFTER DELETE ON "messages" FOR EACH ROW EXECUTE FUNCTION "reactions_forget"();

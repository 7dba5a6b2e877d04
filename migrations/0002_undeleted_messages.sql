-- Writes to the table wait while this runs, about a second a million rows; the room keeps its
-- messages meanwhile. Who made the index before, by `create index concurrently`, waits for nothing.
CREATE INDEX IF NOT EXISTS "messages_undeleted_index" ON "messages" USING btree ("id") WHERE not "messages"."is_deleted";

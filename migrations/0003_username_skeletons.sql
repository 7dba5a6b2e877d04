ALTER TABLE "users" ADD COLUMN "username_skeletons" text[];--> statement-breakpoint
CREATE INDEX "users_username_skeletons_index" ON "users" USING gin ("username_skeletons");
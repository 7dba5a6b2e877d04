CREATE TABLE "retention_floor" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"expired_before" uuid NOT NULL,
	CONSTRAINT "retention_floor_one_row" CHECK ("retention_floor"."id")
);

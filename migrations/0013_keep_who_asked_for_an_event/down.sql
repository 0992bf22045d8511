ALTER TABLE "event" DROP COLUMN "user_id";

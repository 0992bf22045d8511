ALTER TABLE "event" DROP COLUMN "reason";

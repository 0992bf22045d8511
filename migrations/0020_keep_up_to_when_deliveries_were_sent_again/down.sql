ALTER TABLE "webhook" DROP COLUMN "resent_until";

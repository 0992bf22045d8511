DROP TABLE "left_webhook";

// Tells drizzle-kit where the schema is and where migrations go. Called through `tidemark db revision`, which numbers them.
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: [
    "./src/store/schema.ts",
    "./src/store/schema-people.ts",
    "./src/store/schema-metrics.ts",
    "./src/store/schema-accounts.ts",
    "./src/store/schema-events.ts",
    "./src/store/schema-archive.ts",
  ],
  out: "./migrations",
});

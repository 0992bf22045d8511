// A process of its own that owns an embedded Postgres until it is killed or told to stop: what tests of killing kill.
import { createLog } from "../../src/log.ts";
import { startEmbeddedPostgres } from "../../src/store/embedded-postgres.ts";

const [, , dataFolder = "", purpose = "test holder"] = process.argv;

try {
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose, log: createLog({ level: "silent" }) });
  process.stdout.write(`${JSON.stringify({ pid: postgres.pid, adopted: postgres.adopted })}\n`);
  // told to stop by the end of its input, so that it never outlives its test
  process.stdin.resume().once("end", () => void postgres.stop().then(() => process.exit(0)));
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`);
  process.exitCode = 1;
}

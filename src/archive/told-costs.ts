// An engine whose costs are told: where each question is paid for, somebody wants to know which.
import type { Log } from "../log.ts";
import type { QueryEngine } from "./query-engine.ts";

/** @returns the engine; what an answer cost goes to the log, beside the bytes that were read for it */
export function withToldCosts(engine: QueryEngine, log: Log): QueryEngine {
  return {
    kind: engine.kind,
    dialect: engine.dialect,
    ask: async (question, signal) => {
      const answer = await engine.ask(question, signal);
      const { cost, rows } = answer;
      if (cost !== undefined) {
        const { scannedBytes: bytes, dollars } = cost;
        log.info({ kind: engine.kind, rows, bytes, dollars }, "the archive was asked");
      }
      return answer;
    },
    close: () => engine.close(),
  };
}

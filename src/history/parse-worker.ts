// The thread that parses: answers one task after the other, and can be ended from outside whatever it is at.
import { parentPort, workerData } from "node:worker_threads";
import type { AnswerTo, Parser, ParseTask } from "./parse-task.ts";

/** What the thread is started with. */
export interface ParseWorkerData {
  /** address of the module whose `Parser` answers; null: the real one */
  readonly parser: string | null;
}

/** What the thread is told: a task, or the files of the repository that the next tasks are of. */
export type ParseMessage = { readonly task: ParseTask } | { readonly files: string };

/** What the thread tells: that it can begin, or an answer and how long it took, in milliseconds. */
export type ParseReply = "ready" | { readonly answer: AnswerTo<ParseTask>; readonly tookMs: number };

const { parser: module } = workerData as ParseWorkerData;
const loaded = (module === null ? await import("./parse-task.ts") : await import(module)) as { Parser: typeof Parser };
const parser = new loaded.Parser();

parentPort?.on("message", (message: ParseMessage) => {
  if ("files" in message) {
    parser.knowFiles(message.files);
    return;
  }
  const began = performance.now();
  const answer = parser.run(message.task);
  const values = answer !== null && "values" in answer ? answer.values : null;
  const moved = values instanceof Float64Array ? [values.buffer] : [];
  tell({ answer, tookMs: performance.now() - began }, moved);
});
tell("ready");

function tell(reply: ParseReply, moved: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, moved);
}

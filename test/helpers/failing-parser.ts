// A parser for tests that does to its thread what a file tells it: never ends, takes all memory, dies, throws, takes long.
import { type AnswerTo, type ParseTask, Parser as RealParser } from "../../src/history/parse-task.ts";

/** Reads a file whose text begins with one of these as it says, any other one as the real parser does. */
export class Parser extends RealParser {
  override run(task: ParseTask): AnswerTo<ParseTask> {
    const text = task.kind === "infer" ? "" : new TextDecoder().decode(task.bytes.subarray(0, 64));
    const [word = "", ms = "0"] = text.split(" ");
    if (word === "loop") for (;;) continue;
    // it does not work meanwhile, as a thread that a busy machine lets wait
    if (word === "wait") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
    if (word === "heap") for (const all: unknown[] = []; ; ) all.push([all.length, {}]);
    // biome-ignore lint/style/useThrowOnlyError: what a library may do
    if (word === "throw") throw "no error";
    if (word === "exit") process.exit(3);
    if (word === "busy") for (const end = performance.now() + Number(ms); performance.now() < end; ) continue;
    return super.run(
      ["busy", "wait"].includes(word) ? ({ ...task, bytes: new TextEncoder().encode("{}") } as ParseTask) : task,
    );
  }
}

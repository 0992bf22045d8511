// Tests of running git once more, with its processes started by the small one.
import { after } from "node:test";
import { openStarter } from "./starter.ts";

const close = await openStarter();
after(close);

await import("./run.test.ts");

// A process that has another one started by its starter, tells the ids of both to its parent, and does nothing more.
import { openStarter, startByStarter } from "../../src/git/starter.ts";

await openStarter();
const args = ["-c", "echo $PPID $$; exec sleep 1000"];
const child = startByStarter({ command: "/bin/sh", args, env: { PATH: "/usr/bin:/bin" }, hasInput: false });
child?.stdout.on("data", (ids: Buffer) => process.send?.(ids.toString().trim().split(" ").map(Number)));

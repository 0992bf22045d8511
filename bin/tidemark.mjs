#!/usr/bin/env node
// Starts Tidemark with the Node 24 that `npm ci` brought, from any folder, whatever Node runs this file.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundled = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

if (Number(process.versions.node.split(".")[0]) >= 24) {
  // compiled code is kept between runs: a third of the time that a small command takes. Older Nodes have no such function.
  const { enableCompileCache } = await import("node:module");
  enableCompileCache?.();
  await import(new URL("../src/main.ts", import.meta.url).href);
} else if (!existsSync(bundled)) {
  console.error(
    `tidemark: cannot start: found Node ${process.versions.node} and no ${bundled}, wanted Node 24.\n` +
      `Run "npm ci" in ${root}; where install scripts are off, run "npm rebuild node" there too.`,
  );
  process.exitCode = 1;
} else {
  const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
  });
}

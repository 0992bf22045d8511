// Where the program starts: the only file that reads the process's arguments, environment and streams.
import { homedir } from "node:os";
import { join } from "node:path";
import { type Effects, EXIT } from "./cli/effects.ts";
import { pagerIsOpen } from "./cli/pager.ts";
import { endWithStreams, streamOutput } from "./cli/process-output.ts";
import { readSecret } from "./cli/secret-input.ts";
import { runProgram, sayDefect } from "./cli/program.ts";
import { readConfig } from "./config.ts";
import { configureGit } from "./git/program.ts";

const { env } = process;

/** One Ctrl-C arrives up to three times: from the terminal, from npm and from bin/tidemark.mjs, within this, in ms. */
const SAME_PRESS_MS = 500;

/** The first signal asks to stop and waits for work to end; a later one ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let asked = 0;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        asked = performance.now();
        controller.abort();
      } else if (performance.now() - asked > SAME_PRESS_MS && !pagerIsOpen()) process.exit(EXIT.stopped);
    });
  }
  return controller.signal;
}

endWithStreams({ out: process.stdout, err: process.stderr }, (code) => process.exit(code));

// Node would show all that hangs on an error: headers, statements, what was sent. A rejection that nobody handles comes here too.
process.on("uncaughtException", (error: unknown) => process.exit(sayDefect(error, process.stderr)));

/** As git has it: PAGER, else less, which lets go at once of what fits on the screen; "" and cat are no pager. */
function pagerSettings(): Effects["pager"] {
  const command = env["PAGER"] ?? "less";
  if (!process.stdout.isTTY || env["TERM"] === "dumb" || ["", "cat"].includes(command.trim())) return null;
  return { command, environment: { ...env, LESS: env["LESS"] ?? "FRX", LV: env["LV"] ?? "-c" } };
}

const signal = stopSignal();
const effects: Effects = {
  out: streamOutput(process.stdout, env),
  err: streamOutput(process.stderr, env),
  pager: pagerSettings(),
  readSecret: async (prompt) => {
    const show = (text: string) => void process.stderr.write(text);
    const stop = async () => {
      process.kill(process.pid, "SIGINT");
      await effects.stop;
    };
    return readSecret(process.stdin, { prompt, show, stop });
  },
  now: () => Date.now(),
  cwd: process.cwd(),
  cacheFolder: env["XDG_CACHE_HOME"] ? join(env["XDG_CACHE_HOME"], "tidemark") : join(homedir(), ".cache", "tidemark"),
  hasDesktop: process.platform !== "linux" || Boolean(env["DISPLAY"] ?? env["WAYLAND_DISPLAY"]),
  stop: new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve());
  }),
  signal,
};

configureGit({ searchPath: env["PATH"] });
process.exitCode = await runProgram(process.argv.slice(2), effects, () => readConfig(env, process.cwd()));

// Opens the person's browser on a link without putting the link into a process's arguments, where others could read it.
import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** How long the page that leads on stays on disk, in ms: a browser that starts anew takes some seconds. */
const REDIRECT_MS = 30_000;

/**
 * Opens a browser: it is given a file, readable by this person only, that leads on to the link and is removed afterwards.
 * A browser that cannot be opened is no error: the link was printed.
 * @param folder where the file may lie for a moment
 */
export async function openBrowser(folder: string, link: string): Promise<void> {
  const file = join(folder, "open-tidemark.html");
  await rm(file, { force: true });
  const target = JSON.stringify(link).replaceAll("<", String.raw`\u003c`);
  const page = `<!doctype html><meta charset="utf-8"><title>Tidemark</title><script>location.replace(${target})</script>\n`;
  await writeFile(file, page, { mode: 0o600, flag: "wx" });
  const [program = "xdg-open", ...words] = opener();
  const child = spawn(program, [...words, pathToFileURL(file).href], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
  setTimeout(() => void rm(file, { force: true }), REDIRECT_MS).unref();
}

function opener(): string[] {
  if (process.platform === "darwin") return ["open"];
  if (process.platform === "win32") return ["cmd", "/c", "start", ""];
  return ["xdg-open"];
}

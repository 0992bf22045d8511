// Files beside the web app's: forty ways out of its folder, dot files and links lead nowhere (T34).
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { openApi } from "../../test/helpers/api-server.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";

/** Stands in every file that nobody may get. */
const HIDDEN = "nobody may read this";
/** Stands in the shell and in the one file that is served. */
const SHOWN = "anybody may read this";

const around = temporaryFolder();
const folder = join(around, "app");
for (const path of ["assets/inner", ".git", "assets/.hidden"]) mkdirSync(join(folder, path), { recursive: true });
mkdirSync(join(around, "app-other"));
writeFileSync(join(folder, "index.html"), `<html><!-- ${SHOWN} -->`);
writeFileSync(join(folder, "assets", "main.js"), `// ${SHOWN}`);
const hidden = ["outside.txt", "app-other/a.txt", "app/.env", "app/.git/config", "app/assets/.hidden/a.js"];
for (const path of hidden) writeFileSync(join(around, path), HIDDEN);
writeFileSync(join(folder, "assets", ".main.js"), HIDDEN);
symlinkSync(join(around, "outside.txt"), join(folder, "link.txt"));
symlinkSync("../../outside.txt", join(folder, "assets", "link.js"));
symlinkSync(around, join(folder, "assets", "up"));
symlinkSync("/", join(folder, "whole"));
symlinkSync("main.js", join(folder, "assets", "twin.js"));

const { server } = await openApi({ config: { webFolder: folder } });

/** Sends a path as it is, which no client library would. @returns status and all that came back */
function ask(path: string, accept: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1");
    const head = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAccept: ${accept}\r\n`;
    socket.end(`${head}Connection: close\r\n\r\n`, "latin1");
    let text = "";
    socket.setEncoding("latin1").on("data", (part) => {
      text += String(part);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text }));
  });
}

/** Ways of writing "one folder up". */
const UPS = [
  "..",
  "%2e%2e",
  ".%2e",
  "%2E.",
  "%252e%252e",
  "..;",
  "....",
  "..%00",
  "%u002e%u002e",
  "..%20",
  "\u00c0\u00ae\u00c0\u00ae", // two dots in more bytes than they need
  "%ef%bc%8e%ef%bc%8e", // full-width dots
];
/** Ways of writing what stands between folders. */
const SLASHES = ["/", "%2f", "\\", "%5c", "%252f", "//"];

const TRAVERSALS = [
  ...UPS.map((up) => `/${up}/outside.txt`),
  ...UPS.map((up) => `/assets/${up}/${up}/outside.txt`),
  ...SLASHES.slice(1).flatMap((slash) => [`/..${slash}outside.txt`, `/assets/..${slash}..${slash}outside.txt`]),
  `/..${around}/outside.txt`,
  `/${around}/outside.txt`,
  `//${around}/outside.txt`,
  `/%2f${around.slice(1).replaceAll("/", "%2f")}%2foutside.txt`,
  `/assets/main.js/../../../outside.txt`,
  "/assets/./../../outside.txt",
  "/../app-other/a.txt",
  "/assets/%2e%2e/%2e%2e/app-other/a.txt",
  "/..",
  "/../",
  "/assets/../../../../../../../../etc/passwd",
  "/assets/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
  "/file:///etc/passwd",
];
const INSIDE = [
  "/.env",
  "/.git/config",
  "/%2eenv",
  "/%2egit%2fconfig",
  "/assets/.main.js",
  "/assets/%2emain.js",
  "/assets/.hidden/a.js",
  "/assets/../.env",
  "/link.txt",
  "/assets/link.js",
  "/assets/up/outside.txt",
  "/whole/etc/passwd",
  "/assets/twin.js",
  "/assets",
  "/assets/",
  "/assets/inner/",
  "/assets/main.js/",
  "/assets/main.js%00",
  "/assets/main.js%00.txt",
  "/assets//main.js",
  "/assets/MAIN.JS",
  "/index.html",
];

test("the web app's server gives its own files", async () => {
  const { status, text } = await ask("/assets/main.js", "*/*");
  assert.equal(status, 200);
  assert.ok(text.includes(SHOWN));
});

test("no spelling of a way out of the folder, no dot file, no link and no folder is a file", async () => {
  assert.ok(TRAVERSALS.length >= 40, `${TRAVERSALS.length} ways`);
  assert.equal(new Set([...TRAVERSALS, ...INSIDE]).size, TRAVERSALS.length + INSIDE.length);
  for (const path of [...TRAVERSALS, ...INSIDE]) {
    const { status, text } = await ask(path, "*/*");
    // what is no percent-encoding or holds bytes that no path has is refused before it is looked for
    const isBroken = /%u|[^ -~]/.test(path);
    assert.ok(status === 404 || (isBroken && status === 400), `${path}: ${status}`);
    assert.ok(!text.includes(HIDDEN) && !text.includes(SHOWN) && !text.includes("root:"), `${path}: ${text}`);
    assert.match(text, /\r\ncontent-type: application\/problem\+json/, path);
  }
});

test("who wants a page gets the app's shell at most", async () => {
  for (const path of [...TRAVERSALS, ...INSIDE]) {
    const { status, text } = await ask(path, "text/html");
    assert.ok(!text.includes(HIDDEN) && !text.includes("root:"), `${path}: ${text}`);
    if (status === 200) assert.ok(text.endsWith(`<html><!-- ${SHOWN} -->`), `${path}: ${text}`);
    else assert.ok(status === 404 || status === 400, `${path}: ${status}`);
  }
});

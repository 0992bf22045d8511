// Keeps ARCHITECTURE.md true: who may import whom, no cycles, and the rooms for SQL, environment, processes and network.
import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import { importsOf } from "./imports.ts";
import { isSource, projectFiles, readText } from "./source-files.ts";

const sources = projectFiles().filter((path) => isSource(path) && !path.startsWith("bench/"));

interface Rule {
  readonly modules: ReadonlySet<string>;
  readonly typesOnly: ReadonlySet<string>;
}

/** Reads the table under "## Modules". */
function moduleTable(markdown: string): Map<string, Rule> {
  const section = markdown.split("## Modules")[1]?.split("\n## ")[0] ?? "";
  const table = new Map<string, Rule>();
  for (const line of section.split("\n")) {
    const cells = /^\| `([^`]+)` \|(.*)\|$/.exec(line);
    if (cells === null) continue;
    const allowed = [...(cells[2] ?? "").matchAll(/`([^`]+)`( \(types only\))?/g)];
    table.set(cells[1] ?? "", {
      modules: new Set(allowed.map((match) => match[1] ?? "")),
      typesOnly: new Set(allowed.filter((match) => match[2] !== undefined).map((match) => match[1] ?? "")),
    });
  }
  return table;
}

/** The module of a file: the longest name in the table that its path starts with. */
function moduleOf(path: string, names: readonly string[]): string | null {
  const inside = path.replace(/^src\//, "").replace(/\.tsx?$/, "");
  const fitting = names.filter((name) => inside === name || inside.startsWith(`${name}/`));
  return fitting.sort((a, b) => b.length - a.length)[0] ?? null;
}

const table = moduleTable(readText("ARCHITECTURE.md"));
const names = [...table.keys()];

/** Relative imports of a file, resolved to paths of the project. */
function localImports(path: string): { target: string; typeOnly: boolean }[] {
  return importsOf(readText(path))
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier, typeOnly }) => ({ target: posix.join(posix.dirname(path), specifier), typeOnly }));
}

test("ARCHITECTURE.md names a module for every source file, and only modules that exist", () => {
  const homeless = sources.filter((path) => moduleOf(path, names) === null);
  assert.deepEqual(homeless, [], "source files without a module in the table");
  const empty = names.filter((name) => !sources.some((path) => moduleOf(path, names) === name));
  assert.deepEqual(empty, [], "modules in the table without a file");
});

test("every import is allowed by the module table, type imports too", () => {
  const wrong: string[] = [];
  for (const path of sources) {
    const from = moduleOf(path, names);
    const rule = table.get(from ?? "");
    for (const { target, typeOnly } of localImports(path)) {
      if (/\.(css|json)$/.test(target)) continue;
      const to = moduleOf(target, names);
      if (to === from && to !== null) continue;
      const allowed = to !== null && rule?.modules.has(to) === true && (typeOnly || !rule.typesOnly.has(to));
      if (!allowed) wrong.push(`${path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("no files import each other in a circle, type imports counted", () => {
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    state.set(path, "open");
    for (const { target } of localImports(path)) if (sources.includes(target)) visit(target, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of sources) visit(path, []);
  assert.deepEqual(circles, []);
});

test("no file only re-exports others", () => {
  const barrels = sources.filter(
    (path) => /(^|\/)index\.tsx?$/.test(path) || /(^|\n)export \* from/.test(readText(path)),
  );
  assert.deepEqual(barrels, []);
});

/** What may be said in some files only: the expression, and the files that may. */
const ROOMS: readonly { what: string; expression: RegExp; allowed: RegExp }[] = [
  {
    what: "SQL text",
    expression: /\b(SELECT\s[\s\S]{0,400}?\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s)/,
    allowed: /^src\/(store|archive)\//,
  },
  { what: "the environment", expression: /\bprocess\.env\b/, allowed: /^src\/main\.ts$/ },
  {
    what: "child processes",
    expression: /["'](node:)?child_process["']/,
    allowed:
      /^src\/(git\/(program|start-process|starter|starter-process)|store\/embedded-postgres[\w-]*|store\/revision|cli\/(browser|pager))\.ts$/,
  },
  {
    what: "threads",
    expression: /["'](node:)?worker_threads["']/,
    allowed: /^src\/history\/parse-(thread|worker)\.ts$/,
  },
  {
    // who connects: from a module that can, whether by a statement, a dynamic import or a require
    what: "outgoing network",
    expression:
      /(?<!import type [^;]*)\b(?:from|import|require|import\(|require\(|getBuiltinModule\()\s*["'](?:node:)?(?:https?|http2|tls|dns|dns\/promises|dgram|undici)["']/,
    allowed: /^src\/outbound[\w-]*\.ts$/,
  },
  {
    // sockets of our own: Postgres looks for a free port, git's streams are sockets without an address. Types are no connection, nor is the arithmetic of addresses
    what: "sockets",
    expression:
      /import (?!type )(?!\{(?:\s*(?:type \w+|isIP(?:v[46])?|BlockList)\s*,?)*\s*\})[^;]*["'](?:node:)?net["']|(?:import|require|getBuiltinModule)\(\s*["'](?:node:)?net["']/,
    allowed: /^src\/(?:store\/embedded-postgres-process|git\/starter(?:-process)?)\.ts$/,
  },
  {
    // the guard is under `fetch`, but its limits of size and time are in call(); the client and the pages ask us
    what: "fetch()",
    expression: /(?<![.\w#])(?:globalThis\.)?(?:fetch|WebSocket|EventSource|XMLHttpRequest)\((?!\)|"-c")/,
    allowed: /^(?:src\/api\/client\.ts|web\/(?:api|stream)\.ts)$/,
  },
  {
    what: "making proofs, and comparing them in constant time",
    expression: /\b(?:createHmac|timingSafeEqual)\b/,
    allowed: /^src\/providers\/webhook-proof\.ts$/,
  },
  {
    // ends at the first byte that differs: for git's bytes, what a run or a poll saw, and our own keys at the start
    what: "comparing bytes in a time that tells of them",
    expression: /\.equals\(|\bBuffer\.compare\(|\bisDeepStrictEqual\b/,
    allowed: /^src\/(?:git\/[\w-]+|ingest\/(?:poll-repository|reread|sync-repository|unchanged-folder)|seal-keys)\.ts$/,
  },
];

for (const { what, expression, allowed } of ROOMS) {
  test(`${what} stays in its rooms`, () => {
    const strangers = sources.filter((path) => !allowed.test(path) && expression.test(withoutComments(readText(path))));
    assert.deepEqual(strangers, []);
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

test("the rooms for the network are closed to every way of opening a connection", () => {
  const expressionOf = (name: string): RegExp => ROOMS.find(({ what }) => what === name)?.expression ?? /^$/;
  const refused: Readonly<Record<string, readonly string[]>> = {
    "outgoing network": [
      'import { get } from "node:http";',
      'import https from "https";',
      'import "undici";',
      'import { type A, request } from "undici";',
      'const dns = await import("node:dns/promises");',
      'const tls = require("tls");',
      'const http = process.getBuiltinModule("node:http");',
      'import type { A } from "./a.ts";\nimport { lookup } from "node:dns";',
    ],
    sockets: [
      'import { connect } from "node:net";',
      'import { isIP, Socket } from "node:net";',
      'import net from "net";',
      'import * as net from "node:net";',
      'const net = await import("node:net");',
    ],
    "fetch()": ['await fetch("https://x");', "globalThis.fetch(url)", "new WebSocket(url)"],
  };
  const taken: Readonly<Record<string, readonly string[]>> = {
    "outgoing network": ['import type { IncomingMessage } from "node:http";', 'scheme === "http"', '"https" | "http"'],
    sockets: [
      'import { BlockList, isIP } from "node:net";',
      'import { isIP, type Socket } from "node:net";',
      'import type { AddressInfo, Socket } from "node:net";',
    ],
    "fetch()": ["query.refetch()", "prefetch(url)", "this.#fetch(x)", "await fetch()"],
  };
  for (const [name, texts] of Object.entries(refused)) {
    for (const text of texts) assert.match(text, expressionOf(name));
  }
  for (const [name, texts] of Object.entries(taken)) {
    for (const text of texts) assert.doesNotMatch(text, expressionOf(name));
  }
});

test("web never reaches the file readers", () => {
  const seen = new Set<string>();
  const reach = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { target } of localImports(path)) if (sources.includes(target)) reach(target);
  };
  for (const path of sources.filter((name) => name.startsWith("web/"))) reach(path);
  assert.deepEqual(
    [...seen].filter((path) => /^src\/domain\/(?:formats|tools)\//.test(path)),
    [],
  );
});

test("importsOf() finds static, type, dynamic and re-exported imports", () => {
  const text = `import a from "./a.ts";\nimport type { B } from "./b.ts";\nimport { type C } from "./c.ts";\nexport * from './d.ts';\nconst e = await import("./e.ts");\nimport "./f.css";\n`;
  assert.deepEqual(
    importsOf(text).map(({ specifier, typeOnly }) => `${specifier}${typeOnly ? " (type)" : ""}`),
    ["./a.ts", "./b.ts (type)", "./c.ts (type)", "./d.ts", "./e.ts", "./f.css"],
  );
});

// Keeps the text of the project tidy: first lines, lengths, documentation, nothing left over, a clean lockfile.
import assert from "node:assert/strict";
import { matchesGlob } from "node:path";
import { test } from "node:test";
import { isSource, isTest, projectFiles, readText } from "./source-files.ts";

/** Longest file, function and React component, in lines: nine of ten in the codebases we learn from are far shorter. */
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;
const MAX_COMPONENT_LINES = 110;

const files = projectFiles();
const programs = files.filter((path) => isSource(path) || (isTest(path) && /\.tsx?$/.test(path)));
const texts = files.filter((path) => /\.(tsx?|mjs|css|sql|sh|md|json)$/.test(path) && path !== "package-lock.json");

function findings(paths: readonly string[], look: (path: string, text: string) => readonly string[]): string[] {
  return paths.flatMap((path) => look(path, readText(path)).map((finding) => `${path}: ${finding}`));
}

test("every program file opens with a comment that says what it is", () => {
  const wrong = findings(programs, (_, text) =>
    /^(\/\/ \S|\/\*\* \S)/.test(text) ? [] : ["no comment in its first line"],
  );
  assert.deepEqual(wrong, []);
});

test(`no source file is longer than ${MAX_FILE_LINES} lines`, () => {
  const wrong = findings(files.filter(isSource), (_, text) => {
    const lines = text.split("\n").length - 1;
    return lines > MAX_FILE_LINES ? [`${lines} lines: is there a second noun in it?`] : [];
  });
  assert.deepEqual(wrong, []);
});

/** Functions and methods of a formatted text with their lengths: each ends at a `}` indented like its first line. */
function functionLengths(text: string): { name: string; lines: number }[] {
  const lines = text.split("\n");
  const found: { name: string; lines: number }[] = [];
  lines.forEach((line, start) => {
    const head =
      /^(\s*)(?:export )?(?:default )?(?:async )?function\*? ?(\w*)/.exec(line) ??
      /^(\s*)(?:export )?const (\w+) = (?:async )?(?:\([^)]*\)|\w+)[^=]*=> \{$/.exec(line) ??
      /^(\s+)(?:static |async |override |private |get |set |\*)*(#?\w+)\([^;]*\{$/.exec(line);
    if (head === null || /^\s*(if|for|while|switch|catch|return)\b/.test(line)) return;
    const end = lines.findIndex((other, index) => index > start && other.startsWith(`${head[1]}}`));
    if (end > start) found.push({ name: head[2] ?? "", lines: end - start + 1 });
  });
  return found;
}

test(`no function is longer than ${MAX_FUNCTION_LINES} lines, no component than ${MAX_COMPONENT_LINES}`, () => {
  const wrong = findings(files.filter(isSource), (path, text) =>
    functionLengths(text)
      .filter(({ name, lines }) => {
        const component = path.endsWith(".tsx") && /^[A-Z]/.test(name);
        return lines > (component ? MAX_COMPONENT_LINES : MAX_FUNCTION_LINES);
      })
      .map(({ name, lines }) => `${name} has ${lines} lines`),
  );
  assert.deepEqual(wrong, []);
});

test("every export is documented", () => {
  const wrong = findings(files.filter(isSource), (_, text) => {
    const lines = text.split("\n");
    return lines.flatMap((line, index) => {
      const name = /^export (?:declare |abstract |async )*(?:const|function\*?|class|interface|type|let) (\w+)/.exec(
        line,
      )?.[1];
      if (name === undefined || /z\.(infer|input|output)</.test(line)) return [];
      // an overload's documentation stands above the first of them
      const before = lines[index - 1] ?? "";
      return /\*\/\s*$/.test(before) || before.includes(`function ${name}`) ? [] : [`${name} (line ${index + 1})`];
    });
  });
  assert.deepEqual(wrong, []);
});

test("no file has a name that says nothing", () => {
  const wrong = files.filter((path) => /(^|\/)(index|types|utils|util|common|helpers|misc)\.tsx?$/.test(path));
  assert.deepEqual(wrong, []);
});

/** What must not stay in a text, and what to do instead. Split, so that this file does not find itself. */
const LEFT_OVER: readonly { expression: RegExp; instead: string; in: (path: string) => boolean }[] = [
  {
    expression: new RegExp(String.raw`\b(${["TO", "FIX"].join("DO|")}ME|${"X".repeat(3)}|HAC[K])\b`),
    instead: "do it or write an issue",
    in: () => true,
  },
  { expression: /\b(test|it|describe)\.(only|todo)\b/, instead: "a test runs", in: isTest },
  { expression: /\bdebugger\b/, instead: "remove it", in: (path) => /\.tsx?$/.test(path) && !/tidy/.test(path) },
  {
    expression: /console\.(log|debug)\(/,
    instead: "effects or log",
    in: (path) => isSource(path) && !path.startsWith("bench/"),
  },
  { expression: /: any\b|as any\b|<any>/, instead: "the real type, or unknown", in: isSource },
  { expression: /@ts-(ignore|expect-error|nocheck)/, instead: "the right type", in: isSource },
  { expression: /dangerouslySetInnerHTML|new Function\(|\beval\(/, instead: "text", in: isSource },
];

test("nothing is left over", () => {
  const wrong = findings(texts, (path, text) =>
    LEFT_OVER.filter((rule) => rule.in(path)).flatMap(({ expression, instead }) => {
      const line = text.split("\n").findIndex((each) => expression.test(withoutComment(each, expression)));
      return line < 0 ? [] : [`line ${line + 1} matches ${expression}: ${instead}`];
    }),
  );
  assert.deepEqual(wrong, []);
});

/** Prose may say "any"; marks of unfinished work count in comments above all. */
function withoutComment(line: string, expression: RegExp): string {
  return expression.source.includes("any") ? line.replace(/(^|\s)(\/\/|\/?\*).*$/, "") : line;
}

test("no text names a folder of somebody's machine", () => {
  const wrong = findings(texts, (_, text) =>
    [...text.matchAll(/(?:^|[\s"'`(=])(\/(?:work|home|Users|root)\/[\w.-]+)/gm)].map((match) => match[1] ?? ""),
  );
  assert.deepEqual(wrong, []);
});

/** Where a secret's text is taken out of its wrapper, and what for. Everywhere else it stays in. */
const REVEALED_IN: Readonly<Record<string, string>> = {
  "src/secrets.ts": "the header of a login is made",
  "src/seal-keys.ts": "the keys of the ring are read",
  "src/keyring.ts": "it is sealed",
  "src/git/environment.ts": "git is given it, in its environment",
  "src/outbound-call.ts": "it leaves with a request",
  "src/providers/api-call.ts": "a webhook's secret leaves for its provider",
  "src/providers/webhook-proof.ts": "a proof is made and compared in constant time",
  "src/providers/standard/standard-proof.ts": "the key is decoded by which a signature is checked",
  "src/workspace/webhook-calls.ts": "a webhook's secret is shown to who sets it up",
  "src/store/connection.ts": "the database's address is taken apart",
  "src/store/owner-link.ts": "its hash is stored",
  "src/archive/s3-client.ts": "the AWS SDK signs requests with it",
  "src/archive/athena-client.ts": "the AWS SDK signs requests with it",
  "src/api/sign-in.ts": "the sign-in library signs cookies with it",
  "src/cli/serve.ts": "the owner's link is printed for the owner",
  "src/cli/owner-link.ts": "likewise",
  "bench/hook-server.ts": "who measures signs with it",
  "bench/installation.ts": "a program that is measured is given the database's address",
};

test("a secret is revealed only where it leaves for its destination", () => {
  const places = files.filter((path) => isSource(path) && readText(path).includes(".reveal()"));
  assert.deepEqual(places.filter((path) => REVEALED_IN[path] === undefined).sort(), []);
  assert.deepEqual(
    Object.keys(REVEALED_IN).filter((path) => !places.includes(path)),
    [],
    "rooms that need it no more",
  );
});

/** Names of what must be compared in constant time. `token` is a word of the filter's grammar too: not below domain/. */
const SECRET_NAME = String.raw`[\w.]*(?:secret|signature|digest|hmac|\bmac|password|token|reveal)\w*(?:\(\))?`;
/** Something that is no secret itself: a length, a kind, nothing at all. */
const HARMLESS = String.raw`(?:null|undefined|true|false|-?\d[\d_]*|"[^"]*")`;
const COMPARED = new RegExp(
  String.raw`${SECRET_NAME} [!=]==? (?!${HARMLESS}(?:[\s;,):?]|$))|[!=]==? ${SECRET_NAME}(?![\w.(])`,
  "i",
);

/** Lines that compare something of a secret's name, and what it really is. */
const NO_SECRETS: Readonly<Record<string, string>> = {};

test("secrets, signatures and digests are compared with timingSafeEqual(), never with ===", () => {
  const wrong = findings(
    files.filter((path) => isSource(path) && /^src\/(?!domain\/)/.test(path)),
    (_, text) =>
      text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => COMPARED.test(line.replace(/\/\/.*$/, "")) && NO_SECRETS[line] === undefined),
  );
  assert.deepEqual(wrong, []);
  for (const line of [
    "if (secret === sent)",
    "sent !== row.signature",
    "a.digest == b",
    "x === token",
    "s.reveal() === t",
  ]) {
    assert.match(line, COMPARED);
  }
  for (const line of ["secret === null", "digest !== undefined)", 'token === ""', "token.length === 7"]) {
    assert.doesNotMatch(line, COMPARED);
  }
});

test("package-lock.json names no address and has an integrity for every package", () => {
  const lock: unknown = JSON.parse(readText("package-lock.json"));
  assert.ok(typeof lock === "object" && lock !== null && "packages" in lock);
  const packages = Object.entries(
    lock.packages as Record<string, { resolved?: string; integrity?: string; link?: boolean }>,
  );
  const addresses = packages.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path);
  assert.deepEqual(addresses, [], "packages with a download address");
  const bare = packages.filter(([path, entry]) => path !== "" && entry.integrity === undefined && !entry.link);
  // packages inside another package's tarball have none of their own
  assert.deepEqual(
    bare
      .map(([path]) => path)
      .filter((path) => !isBundled(path, lock.packages as Record<string, { inBundle?: boolean }>)),
    [],
    "packages without an integrity",
  );
});

function isBundled(path: string, packages: Readonly<Record<string, { inBundle?: boolean }>>): boolean {
  return packages[path]?.inBundle === true;
}

test("`npm run test:long` has every test that has a long form", () => {
  const { scripts } = JSON.parse(readText("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  const words = (scripts["test:long"] ?? "").replaceAll('"', "").split(" ");
  const name = ["TIDEMARK", "TEST", "ROUNDS"].join("_"); // in parts, so that this file does not find itself
  const wrong = files
    .filter((path) => /\.test\.tsx?$/.test(path) && readText(path).includes(name))
    .filter((path) => !words.some((word) => matchesGlob(path, word)));
  assert.deepEqual(wrong, []);
});

test("package.json pins exact versions and names the licence of LICENSE", () => {
  const manifest = JSON.parse(readText("package.json")) as Record<string, unknown>;
  const wrong = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
    Object.entries((manifest[kind] ?? {}) as Record<string, string>)
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${name} ${version}`),
  );
  assert.deepEqual(wrong, []);
  assert.equal(manifest["license"], "Apache-2.0");
  assert.match(readText("LICENSE"), /Apache License\s+Version 2\.0/);
});

test("functionLengths() measures functions, arrows and methods", () => {
  const text = "function a() {\n  b();\n}\nclass C {\n  d(x: number): void {\n    x;\n  }\n}\nconst e = () => {\n};\n";
  assert.deepEqual(functionLengths(text), [
    { name: "a", lines: 3 },
    { name: "d", lines: 3 },
    { name: "e", lines: 2 },
  ]);
});

// A repository whose every text tries something: names, contents, subjects, authors, keys, values, branches.
import { HistoryBuilder } from "./git-history.ts";

const RUNS = "window.pwned=1;fetch('/canary')";

/** Metric files by name (bytes where it is no UTF-8) with contents that a browser would run if it were asked to show them. */
export const HOSTILE_FILES: readonly { readonly path: string | Buffer; readonly content: string }[] = [
  { path: 'quo"te_metrics.json', content: `<!doctype html><script>${RUNS}</script>` },
  { path: "line\r\nbreak_metrics.json", content: `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUNS}"/>` },
  {
    path: "\u{1f4c8}_metrics.json",
    content: "%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n",
  },
  { path: Buffer.from("\xed\xa0\x80_metrics.json", "latin1"), content: RUNS },
  { path: `${"x".repeat(242)}_metrics.json`, content: `<html><body onload="${RUNS}">` },
];

/** What the repository holds, and how it must be seen. */
export const HOSTILE_TEXTS = {
  branch: "dev\u202egnp",
  visible: [
    '<img src=x onerror="window.pwned=1">',
    "U+202Egnp.exe",
    "tag U+E0041",
    "esc U+001B[31mred",
    "U+202Eevil",
    "<script>window.pwned=1</script>U+202E",
    "dev U+202E",
  ],
} as const;

const SUBJECTS = [
  '<img src=x onerror="window.pwned=1">',
  "see \u202egnp.exe",
  "tag \u{e0041}\u{e0042}",
  "esc \u001b[31mred",
  "dev \u202e",
];

/** Makes it: a commit for each subject, the hostile files in the newest. */
export async function makeHostileRepository(folder: string): Promise<void> {
  const history = new HistoryBuilder(folder);
  const keys = {
    "<img src=x onerror=window.pwned=1>": 1,
    "a\u202eb": 2,
    "t\u{e0041}": 3,
    "e\u001b[0m": 4,
    "n\u0000l": 5,
  };
  SUBJECTS.forEach((message, index) => {
    const document = { ...keys, "a\u202eb": index, text: "<script>window.pwned=1</script>\u202e" };
    const files = { "metrics.json": JSON.stringify(document) };
    history.commit({ message, author: "\u202eevil <evil@example.org>", files });
  });
  // a branch is followed while it is young
  const at = Math.floor(Date.now() / 1_000) - 3_600;
  const files = { "metrics.json": JSON.stringify(keys) };
  history.commit({ branch: HOSTILE_TEXTS.branch, parents: [], message: "dev \u202e", files, at });
  history.commit({
    message: SUBJECTS[0] ?? "",
    files: new Map(HOSTILE_FILES.map(({ path, content }) => [path, content])),
    at,
  });
  await history.finish();
}

// Syncs after named kinds of pushes: what is stored and what pages show is what plain git says, after every step.
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";

const LONG = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;

let bench: IngestBench;
let server: GitServer;

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder });
});
after(async () => {
  await server.close();
  await bench.close();
});

type Step = (pushed: PushedRepository) => unknown;

/** Each begins with three commits on `main`, of which the second is the fork of `dev` with two of its own. */
const CASES: Readonly<Record<string, readonly Step[]>> = {
  "a fast-forward": [(p) => p.commit("main"), (p) => p.move("dev", p.head("main"))],
  "a fast-forward by more commits than a page has": [
    (p) => {
      p.grow("main", 20);
    },
  ],
  "a merge, and the branch deleted": [(p) => p.merge("main", "dev"), (p) => p.remove("dev"), (p) => p.commit("main")],
  "a foxtrot": [(p) => p.foxtrot("main", "dev"), (p) => p.commit("main"), (p) => p.foxtrot("dev", "main")],
  "a forced push to a common ancestor, and forward again": [
    (p) => p.move("main", `${p.head("main")}~1`),
    (p) => p.commit("main"),
    (p) => p.move("main", p.head("dev")),
  ],
  "a forced push to an unrelated root, and back": [
    (p) => p.commit("other", { parents: [] }),
    (p) => p.move("main", p.head("other")),
    (p) => p.move("main", p.head("dev")),
  ],
  "a forced push that takes the best value away, and its return": [
    (p) => p.commit("main", { files: { "metrics.json": '{"loss":-5,"score":5}' } }),
    (p) => p.move("main", `${p.head("main")}~1`),
    (p) => p.commit("main", { files: { "metrics.json": '{"loss":0,"score":0}' } }),
    (p) => p.move("main", "refs/tidemark-test/new~1"),
    (p) => p.commit("main", { files: { "metrics.json": '{"loss":-1,"score":1}' } }),
  ],
  "a branch deleted that had the best value, and back": [
    (p) => p.commit("exp", { parents: [p.head("dev")], files: { "metrics.json": '{"loss":-9,"only":1}' } }),
    (p) => p.move("main", p.head("exp")),
    (p) => p.move("main", "main~1"),
    (p) => {
      p.tag("held", p.head("exp"));
      p.remove("exp");
    },
    (p) => p.commit("main", { files: { "metrics.json": '{"loss":3,"only":2}' } }),
    (p) => p.move("exp", "held^{commit}"),
  ],
  "a forced push that takes texts away from a column of numbers": [
    (p) => p.commit("main", { files: { "metrics.json": '{"loss":"failed"}' } }),
    (p) => p.commit("main", { files: { "metrics.json": '{"loss":"broken"}' } }),
    (p) => p.commit("main", { parents: [p.head("dev")] }),
    (p) => p.commit("main", { files: { "metrics.json": '{"loss":"failed"}' } }),
  ],
  "a forced push that takes the removal of a file away": [
    (p) => p.commit("main", { files: { "metrics.json": null } }),
    (p) => p.move("main", "main~1"),
    (p) => p.move("main", "refs/tidemark-test/new"),
  ],
  "a squash": [(p) => p.squash("dev", "main")],
  "a rebase, forced": [(p) => p.rebase("dev", "main"), (p) => p.commit("main"), (p) => p.rebase("dev", "main")],
  "an amended commit": [(p) => p.commit("main", { parents: [`${p.head("main")}~1`] })],
  "a branch deleted and made again, elsewhere": [
    (p) => p.remove("dev"),
    (p) => p.commit("dev", { parents: [p.head("main")] }),
  ],
  "a branch renamed": [(p) => p.rename("dev", "topic"), (p) => p.commit("topic"), (p) => p.rename("topic", "dev")],
  "a branch replaced by one below its name, and back": [
    (p) => p.rename("dev", "dev/a"),
    (p) => p.commit("dev/a"),
    (p) => p.rename("dev/a", "dev"),
  ],
  "the default branch renamed": [
    (p) => {
      p.rename("main", "trunk");
      p.setHead("trunk");
    },
    (p) => p.commit("trunk"),
  ],
  "another default branch": [(p) => p.setHead("dev"), (p) => p.commit("main"), (p) => p.setHead("main")],
  "a HEAD that names nothing": [
    (p) => p.setHead("nothing"),
    (p) => p.rename("main", "trunk"),
    (p) => p.commit("dev"),
    (p) => p.commit("trunk"),
    (p) => p.commit("nothing"),
  ],
  "the default branch deleted": [(p) => p.remove("main"), (p) => p.commit("dev")],
  "tags only": [(p) => p.tag("v1", p.head("dev")), (p) => p.tag("v1", p.head("main"))],
  "a commit that only a tag reaches": [
    (p) => {
      p.tag("v1", p.head("dev"));
      p.remove("dev");
    },
  ],
  "a repository emptied and filled again": [
    (p) => p.empty(),
    (p) => p.commit("main", { parents: [] }),
    (p) => p.commit("main"),
  ],
  "a repository emptied, and its branches come back": [
    (p) => {
      const heads = p.heads();
      p.empty();
      return () => heads;
    },
    (p) => p.move("main", "refs/tidemark-test/new"),
  ],
  "an octopus and a criss-cross": [
    (p) => {
      p.commit("topic", { parents: [p.head("main")] });
      p.merge("main", "dev", "topic");
    },
    (p) => {
      const [main, dev] = [p.head("main"), p.head("dev")];
      p.commit("main", { parents: [main, dev] });
      p.commit("dev", { parents: [dev, main] });
    },
    (p) => p.merge("main", "dev"),
  ],
  "a file removed, renamed, back, and another under its name": [
    (p) => p.commit("main", { files: { "metrics.json": null } }),
    (p) => p.commit("main", { files: { "eval/metrics.json": '{"loss":9}' } }),
    (p) => p.commit("main", { files: { "eval/metrics.json": null, "metrics.json": '{"loss":8}' } }),
    (p) => p.commit("main", { files: { "metrics.json": '{"rows":{"a":"text"},"loss":null}' } }),
    (p) => p.commit("main", { files: { "metrics.json": "[not JSON" } }),
    (p) => p.commit("main", { files: { "metrics.json": '{"loss":7}' } }),
  ],
  "a file on one branch only": [
    (p) => p.commit("results", { parents: [], files: { "metrics.json": '{"speed":1}' } }),
    (p) => p.merge("main", "results"),
  ],
};

/** What a mirror has to follow too; the others are as well tried where they lie. */
const OF_BRANCHES = /forced push to a common|takes the best|foxtrot|renamed|replaced|HEAD|emptied and filled|tags only/;

for (const [index, [name, steps]] of Object.entries(CASES).entries()) {
  for (const kind of LONG ? ["remote", "folder"] : [OF_BRANCHES.test(name) ? "remote" : "folder"]) {
    test(`syncRepository() of a ${kind} after ${name}`, async () => {
      const file = `case-${index}-${kind}.git`;
      const pushed = new PushedRepository(join(bench.folder, file));
      for (const branch of ["main", "main", "dev", "dev"]) {
        if (branch === "dev" && !pushed.heads().has("dev")) pushed.move("dev", pushed.head("main"));
        pushed.commit(branch);
      }
      pushed.commit("main");
      const id = await bench.add(kind === "folder" ? { folder: pushed.folder } : { url: `${server.url}/${file}` });
      const check = new PushedCheck(bench, pushed, id);
      await check.synced();
      for (const step of steps) {
        step(pushed);
        await bench.syncFully(id);
        await check.synced();
      }
      await check.checkFresh();
      await check.daysGoBy(31);
    });
  }
}

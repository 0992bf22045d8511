// A DVC repository whose pipeline is made of templates (foreach, matrix, vars), its dvc.lock written by DVC itself.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runDvc } from "./dvc-program.ts";
import { git } from "./git-history.ts";

/** What templates stand for once all stages ran; of the last one no dvc.lock ever says so. */
export const EXPANDED = [
  "m/fe_x.json",
  "m/fe_y.json",
  "m/mx_1_p.json",
  "m/mx_2_p.json",
  "reports/deep/m.json",
  "src/k/scores.yaml",
  "m/never_z.json",
] as const;
/** The parameters of the stages; the first is not in Git at some commits. */
export const TEMPLATE_PARAMS = ["params.yaml", "conf/x.yaml", "conf/y.yaml"] as const;
/** The metric of the stage that never ran. */
export const NEVER_RAN = "m/never_z.json";

const PIPELINE = `vars:
- params.yaml
- where: reports/deep
stages:
  fe:
    foreach: \${models}
    do:
      cmd: echo
      params:
      - lr
      - conf/\${item}.yaml:
      outs: ['m/\${item}.bin']
      metrics: ['m/fe_\${item}.json': {cache: false}]
  mx:
    matrix: {a: [1, 2], b: [p]}
    cmd: echo
    metrics: ['m/mx_\${item.a}_\${item.b}.json': {cache: false}]
  va:
    cmd: echo
    metrics: ['\${where}/m.json': {cache: false}]
  wd:
    foreach: [k]
    do:
      cmd: echo
      wdir: src/\${item}
      metrics: ['./scores.yaml': {cache: false}]
`;
const NEVER = "  never:\n    foreach: [z]\n    do: {cmd: echo, metrics: ['m/never_${item}.json': {cache: false}]}\n";

/** Builds a history of five commits with a work tree. */
export function buildTemplateHistory(dvc: string, folder: string): void {
  mkdirSync(folder);
  git(folder, "init", "--quiet", "--initial-branch=main");
  runDvc(dvc, folder, "init");
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const run = (step: number, params: string): void => {
    write("params.yaml", params);
    for (const model of ["x", "y"]) {
      write(`conf/${model}.yaml`, `depth: ${step}\nlist: [1, ${step}]\n`);
      write(`m/${model}.bin`, `${step}`);
    }
    for (const path of EXPANDED)
      write(path, path.endsWith(".json") ? `{"v": ${step}, "deep": {"er": 1}}` : `v: ${step}\n`);
    runDvc(dvc, folder, "commit", "--force");
  };
  const commit = (message: string): void => {
    git(folder, "add", "--all", "--force", "--", ".", ":!params.yaml", ":!m/*.bin", ":!.dvc/cache", ":!.dvc/tmp");
    git(folder, "commit", "--quiet", "--message", message);
  };
  const all = (lr: number): string => `models: [x, y]\nlr: ${lr}\n`;
  write("dvc.yaml", PIPELINE);
  run(1, all(0.1));
  git(folder, "add", "params.yaml");
  commit("one");
  run(2, all(0.2));
  git(folder, "add", "params.yaml");
  commit("two");
  git(folder, "rm", "--quiet", "--cached", "params.yaml");
  commit("parameters are kept elsewhere");
  run(3, all(0.3));
  commit("three");
  git(folder, "add", "--force", "params.yaml");
  write("dvc.yaml", PIPELINE + NEVER);
  commit("a stage that never ran");
}

// Simulated providers to try Tidemark with by hand: node test/helpers/provider-simulator/main.ts [kind…] [--port 4700]
//
// Each gets an account, a token and three repositories. Commands are typed here ("gitea push ada/losses") or sent:
// curl -d "push ada/losses" http://127.0.0.1:4701/-/do
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { PROVIDER_KINDS, type ProviderKind } from "../../../src/domain/provider-kind.ts";
import { runCommand } from "./commands.ts";
import { ProviderSimulator } from "./simulator.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: "string", default: "4700" } },
});
const kinds = PROVIDER_KINDS.filter((kind) => positionals.length === 0 || positionals.includes(kind));
const root = mkdtempSync(join(tmpdir(), "tidemark-providers-"));
const simulators = new Map<ProviderKind, ProviderSimulator>();

const lines = createInterface({ input: process.stdin });

async function end(): Promise<void> {
  lines.close();
  await Promise.all([...simulators.values()].map((simulator) => simulator.close()));
  rmSync(root, { recursive: true, force: true });
}
process.once("SIGINT", () => void end());
process.once("SIGTERM", () => void end());

for (const kind of kinds) {
  const folder = mkdtempSync(join(root, `${kind}-`));
  const simulator = await ProviderSimulator.start({
    kind,
    root: folder,
    port: Number(values.port) + PROVIDER_KINDS.indexOf(kind),
  });
  simulator.command = (line) => runCommand(simulator, line);
  simulators.set(kind, simulator);
  const token = simulator.addToken(simulator.addAccount("ada", "Ada Lovelace"));
  for (const name of ["ada/losses", "ada/notes", "team/detector"]) {
    simulator.addRepository(name, { isPrivate: name === "ada/notes", permissions: { ada: "admin" } });
    runCommand(simulator, `push ${name} main 20`);
  }
  runCommand(simulator, "branch ada/losses wider");
  runCommand(simulator, "push ada/losses wider 5");
  const login = simulator.accessOf(token).login;
  process.stdout.write(
    `${kind}: ${simulator.url}, login ${login}, token ${token.text}\n${runCommand(simulator, "list")}\n\n`,
  );
}
const ports = [...simulators.values()].map(({ url }) => new URL(url).port).join("+");
process.stdout.write(`Tidemark reaches them with TIDEMARK_ALLOW_HTTP=1 and TIDEMARK_EGRESS_ALLOW=127.0.0.1:${ports}\n`);

lines.on("line", (line) => {
  const [kind = "", ...words] = line.trim().split(/\s+/);
  const simulator = simulators.get(kind as ProviderKind);
  const text = simulator === undefined ? `one of ${kinds.join(", ")} first` : runCommand(simulator, words.join(" "));
  process.stdout.write(`${text}\n`);
});

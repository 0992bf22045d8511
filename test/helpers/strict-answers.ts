// Holds answers of the API against their contracts: what a contract does not have is no part of an answer.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Contract, Problem } from "../../src/api/contract/contract.ts";

const CONTRACTS = join(import.meta.dirname, "../../src/api/contract");

async function readContracts(): Promise<(readonly [string, Contract])[]> {
  const files = readdirSync(CONTRACTS).filter((name) => /^[\w-]+\.ts$/.test(name));
  const modules = await Promise.all(files.map((file) => import(`${CONTRACTS}/${file}`)));
  return modules
    .flatMap((module) => Object.entries(module as Readonly<Record<string, unknown>>))
    .filter((entry): entry is [string, Contract] => {
      const [, value] = entry;
      return typeof value === "object" && value !== null && "url" in value;
    });
}

/** Every contract of the API with its name. */
export const CONTRACTS_BY_NAME = await readContracts();

/** The contract of a path, those first whose paths have the fewest names left open. */
const PATHS = CONTRACTS_BY_NAME.map(([, contract]) => {
  const pattern = contract.url.replaceAll("*", ".+").replaceAll(/:\w+/g, "[^/]+");
  return { contract, path: new RegExp(`^${pattern}$`), open: contract.url.split(/[:*]/).length };
}).sort((a, b) => a.open - b.open);

/** @param found the answer as JSON has it */
export function assertAnswers({ answer }: Pick<Contract, "answer">, found: unknown, what = "the answer"): void {
  assert.ok(answer !== null, what);
  assert.deepEqual(answer.parse(found), found, `${what} has what its contract has`);
}

/** Checks an answer in JSON; its body can still be read. */
export async function assertStrict(method: string, url: string, answer: Response): Promise<void> {
  const type = answer.headers.get("content-type") ?? "";
  if (method === "HEAD" || !/^application\/(?:problem\+)?json/.test(type)) return;
  const { pathname } = new URL(url);
  const what = `${method} ${pathname}`;
  if (type.startsWith("application/problem+json")) {
    assertAnswers({ answer: Problem }, await answer.clone().json(), what);
    return;
  }
  const found = PATHS.find(({ contract, path }) => contract.method === method && path.test(pathname));
  if (found === undefined) return;
  assert.equal(answer.status, found.contract.status, what);
  assertAnswers(found.contract, await answer.clone().json(), what);
}

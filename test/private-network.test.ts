// G4: whatever an address, a name or a redirect says, nothing private is connected to: in a network with listeners there.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { PrivateNetworkReport } from "./helpers/private-network.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

/** The whole takes seconds; a hang meets this, in ms. */
const WATCHDOG_MS = 120_000;
/** A network and a view of the disk that are the child's alone. */
const UNSHARE = ["--net", "--mount"];
const mayUnshare =
  spawnSync("unshare", [...UNSHARE, "sh", "-c", "mount --make-rprivate / && ip link set lo up"]).status === 0;

const folder = temporaryFolder();

test("no private address is ever connected to, however it is written, named or redirected to", {
  skip: mayUnshare ? false : "this account may not make a network namespace (root may)",
}, async () => {
  const helper = join(import.meta.dirname, "helpers/private-network.ts");
  const args = [...UNSHARE, process.execPath, helper, folder];
  const { stdout } = await promisify(execFile)("unshare", args, { timeout: WATCHDOG_MS, killSignal: "SIGKILL" });
  const report = JSON.parse(stdout) as PrivateNetworkReport;
  const private_ = ["169.254.169.254", "10.1.2.3", "172.16.5.5", "192.168.7.7", "100.64.0.1", "fe80::1"];
  const everywhere = [...private_, "fd00:ec2::254", "::1", "127.0.0.1", "93.184.216.34"];
  assert.deepEqual(report.heard.toSorted(), everywhere.toSorted(), "every listener would have heard");
  assert.deepEqual(report.reached, []);
  const wanted = (what: string): RegExp => {
    // what fetch() itself does not take never comes to the guard: a body, or a redirect to another scheme
    if (/^(?:call|fetch) /.test(what)) return /^address-not-allowed$/;
    if (what.includes("public.test/dumb")) return /^not-a-repository$/;
    return what === "rebound" || what.includes("public.test") ? /^remote-unreachable$/ : /^address-not-allowed$/;
  };
  const wrong = Object.entries(report.codes).filter(([what, code]) => !wanted(what).test(code));
  assert.deepEqual(wrong, []);
  assert.ok(Object.keys(report.codes).length > 180, "all were tried");
  assert.ok(report.public >= 12, `${report.public} connections to the one that may be reached`);
});

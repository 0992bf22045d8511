// Tests of how a secret is asked for: what is typed is not shown, and one line is all that is read.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { isTidemarkError } from "../errors.ts";
import { readSecret } from "./secret-input.ts";

interface Asked {
  readonly said: string;
  readonly raw: readonly boolean[];
  readonly stops: number;
  readonly secret: Promise<string>;
}

/** @param pieces what arrives, one after the other; then the stream ends */
async function ask(pieces: readonly (string | Buffer)[], isTTY: boolean): Promise<Asked> {
  const raw: boolean[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, setRawMode: (on: boolean) => raw.push(on) });
  let said = "";
  let stops = 0;
  const show = (text: string) => void (said += text);
  const stop = async () => void (stops += 1);
  const secret = readSecret(stream, { prompt: "Token: ", show, stop }).then((read) => read.reveal());
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await secret.catch(() => undefined);
  return { said, raw, stops, secret };
}

test("readSecret() takes what is typed without showing it, with corrections", async () => {
  const { said, raw, secret } = await ask(["can", "arz\u007f", "y\u007fy ", "tökén\rmore"], true);
  assert.equal(await secret, "canary tökén");
  assert.deepEqual([said, raw], ["Token: \n", [true, false]]);
  const bytes = Buffer.from("ü");
  assert.equal(await (await ask([bytes.subarray(0, 1), bytes.subarray(1), "\u0004"], true)).secret, "ü");
});

test("readSecret() takes the first line of a pipe and asks nothing", async () => {
  for (const text of ["canary\n", "canary", "canary\r\nmore\n"]) {
    const { said, raw, secret } = await ask([text], false);
    assert.deepEqual([await secret, said, raw], ["canary", "", []]);
  }
});

test("readSecret() ends by Ctrl-C, and refuses nothing and too much", async () => {
  const stopped = await ask(["cana\u0003"], true);
  assert.equal(stopped.stops, 1);
  const isRefusal = (error: unknown) => isTidemarkError(error, "bad-argument") && !error.message.includes("cana");
  await assert.rejects(stopped.secret, isRefusal);
  assert.deepEqual(stopped.raw, [true, false], "the terminal is as it was");
  await assert.rejects((await ask([""], false)).secret, isRefusal);
  await assert.rejects((await ask(["canary".repeat(3_000)], false)).secret, isRefusal);
});

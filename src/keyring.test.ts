// Tests of sealed secrets: only the original opens, in its own row.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { isTidemarkError } from "./errors.ts";
import { ENVELOPE_BYTES, isKeyMissing, Keyring, keyIdOf, MARK_LENGTH } from "./keyring.ts";
import { Secret } from "./secrets.ts";

const PLACE = { table: "git_account", column: "token", rowId: "17", organizationId: "3" };
const SECRET = "canary/5b1d 0c7e+2f ü";
const old = { id: "old", bytes: randomBytes(32) };
const fresh = { id: "2027", bytes: randomBytes(32) };
const ring = new Keyring([old]);

function refuses(sealed: Uint8Array, place = PLACE, by = ring): void {
  assert.throws(
    () => by.open(sealed, place),
    (error: unknown) => isTidemarkError(error, "secret-not-opened") && !error.message.includes("canary"),
  );
}

test("Keyring opens what it sealed, empty and 64 KiB too, and seals the same text differently each time", () => {
  for (const text of ["", "a", SECRET, "x".repeat(64 * 1024)]) {
    const sealed = ring.seal(text, PLACE);
    assert.equal(sealed.length, Buffer.byteLength(text) + ENVELOPE_BYTES);
    assert.equal(ring.open(sealed, PLACE).reveal(), text);
    assert.equal(ring.open(new Uint8Array(sealed), PLACE).reveal(), text);
    assert.notDeepEqual(ring.seal(text, PLACE), sealed);
  }
  assert.equal(ring.open(ring.seal(Secret.of(SECRET), PLACE), PLACE).reveal(), SECRET);
  assert.ok(!Buffer.from(ring.seal(SECRET, PLACE)).includes("canary"));
});

test("Keyring opens nothing that was moved to another row, column, table or organisation", () => {
  const sealed = ring.seal(SECRET, PLACE);
  for (const part of Object.keys(PLACE) as (keyof typeof PLACE)[]) refuses(sealed, { ...PLACE, [part]: "1" });
  // what stands before and after a border counts too
  refuses(sealed, { ...PLACE, rowId: "173", organizationId: "3" });
  refuses(ring.seal(SECRET, { ...PLACE, rowId: "1", organizationId: "73" }));
  assert.throws(() => ring.seal(SECRET, { ...PLACE, rowId: "1|2" }), TypeError);
});

test("Keyring opens nothing with a changed byte, wherever it is", () => {
  for (const text of ["", SECRET]) {
    const sealed = ring.seal(text, PLACE);
    for (let at = 0; at < sealed.length; at += 1) {
      for (const bit of [1, 0x80, 0xff]) {
        const other = Buffer.from(sealed);
        other[at] = (other[at] ?? 0) ^ bit;
        refuses(other);
      }
    }
  }
});

test("Keyring notices the name of another key of its own, also of one with the same bytes", () => {
  const both = new Keyring([old, { id: "oldX", bytes: old.bytes }]);
  const sealed = Buffer.from(both.seal(SECRET, PLACE));
  sealed.write("oldX", 1, "latin1");
  assert.equal(keyIdOf(sealed), "oldX");
  refuses(sealed, PLACE, both);
});

test("Keyring opens nothing whose tag was cut, or that is cut anywhere else", () => {
  for (const text of ["", SECRET, "x".repeat(64 * 1024)]) {
    const sealed = ring.seal(text, PLACE);
    for (let tag = 0; tag < 16; tag += 1) refuses(sealed.subarray(0, sealed.length - 16 + tag));
    for (let length = 0; length < ENVELOPE_BYTES; length += 1) refuses(sealed.subarray(0, length));
    refuses(Buffer.concat([sealed, Buffer.alloc(1)]));
  }
});

test("Keyring seals with its first key and opens with every one", () => {
  const sealed = ring.seal(SECRET, PLACE);
  const both = new Keyring([fresh, old]);
  assert.deepEqual([both.currentKeyId, both.keyIds], ["2027", ["2027", "old"]]);
  assert.equal(both.open(sealed, PLACE).reveal(), SECRET);
  const anew = both.seal(SECRET, PLACE);
  assert.deepEqual([keyIdOf(sealed), keyIdOf(anew)], ["old", "2027"]);
  assert.equal(both.sealings, 1);
  assert.throws(
    () => ring.open(anew, PLACE),
    /git_account 17.*found.*the key "2027".*does not have.*TIDEMARK_KEY_FILE/,
  );
});

test("Keyring.onOldKey() tells the first use of an old key for each organisation, and none of the current one", () => {
  const sealed = ring.seal("text", PLACE);
  const both = new Keyring([fresh, old]);
  const heard: string[] = [];
  both.onOldKey(({ keyId, place }) => heard.push(`${keyId} ${place.table} ${place.organizationId}`));
  both.open(sealed, PLACE);
  both.open(sealed, PLACE);
  both.open(both.seal("text", PLACE), PLACE);
  assert.throws(() => both.open(sealed, { ...PLACE, organizationId: "999" }));
  const other = { ...PLACE, organizationId: "8" };
  both.open(ring.seal("text", other), other);
  assert.deepEqual(heard, [`${old.id} ${PLACE.table} ${PLACE.organizationId}`, `${old.id} ${PLACE.table} 8`]);
});

test("Keyring says once for each organisation that a key is missing, and of nothing else that it is", () => {
  const heard: string[] = [];
  const other = new Keyring([fresh]);
  other.onMissingKey(({ keyId, place }) => heard.push(`${keyId} ${place.organizationId}`));
  const sealed = ring.seal(SECRET, PLACE);
  const missing = (by: Keyring, envelope: Uint8Array): boolean => {
    try {
      by.open(envelope, PLACE);
    } catch (error) {
      return isKeyMissing(error);
    }
    throw new Error("it opened");
  };
  assert.equal(missing(other, sealed), true);
  assert.equal(missing(other, sealed), true);
  assert.deepEqual(heard, ["old 3"]);
  const changed = Buffer.from(sealed);
  changed[20] = (changed[20] ?? 0) ^ 1;
  assert.equal(missing(ring, changed), false);
});

test("Keyring.marks tell keys apart by their bytes and names, the current one first", () => {
  const { marks } = new Keyring([fresh, old]);
  assert.deepEqual(marks, [...new Keyring([fresh]).marks, ...ring.marks]);
  assert.ok(marks.every((mark) => mark.length === MARK_LENGTH));
  assert.notDeepEqual(new Keyring([{ id: "old", bytes: randomBytes(32) }]).marks, ring.marks);
  assert.notDeepEqual(new Keyring([{ id: "oldX", bytes: old.bytes }]).marks, ring.marks);
});

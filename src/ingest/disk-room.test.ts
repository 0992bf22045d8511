// Whether there is room on a disk, asked once a second.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { diskRoom, LEAST_FREE_BYTES } from "./disk-room.ts";

test("diskRoom() wants 512 MiB, and looks once a second at most", async () => {
  let time = 0;
  let looks = 0;
  let free = LEAST_FREE_BYTES;
  const hasRoom = diskRoom(
    "x",
    () => time,
    async () => {
      looks += 1;
      return { bavail: free / 4_096, bsize: 4_096 };
    },
  );
  assert.deepEqual([await hasRoom(), await hasRoom(), looks], [true, true, 1]);
  free -= 4_096;
  assert.equal(await hasRoom(), true, "as it was a moment ago");
  time += 1_000;
  assert.deepEqual([await hasRoom(), looks], [false, 2]);
  free += 4_096;
  time += 1_000;
  assert.equal(await hasRoom(), true);
});

test("diskRoom() asks the real disk, and lets the database speak where that cannot be asked", async () => {
  assert.equal(typeof (await diskRoom(tmpdir(), () => 0)()), "boolean");
  assert.equal(await diskRoom("/there/is/no/such/folder", () => 0)(), true);
});

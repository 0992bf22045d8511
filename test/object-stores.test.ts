// Every store of the archive's objects by one suite: a folder, and two real servers of S3's protocol.
import { join } from "node:path";
import { after } from "node:test";
import { FolderStore } from "../src/archive/folder-store.ts";
import { S3Store } from "../src/archive/s3-store.ts";
import { PUBLIC_ONLY } from "../src/outbound.ts";
import { testObjectStore } from "./helpers/object-store-suite.ts";
import { type S3ServerName, startS3Server, withoutS3Server } from "./helpers/real-s3.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const root = temporaryFolder();
const closings: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closings) await close();
});

/** Small enough that the suite's larger files go in parts; five is S3's own least. */
const PARTS = { partsAbove: 8 * 1024 * 1024, partBytes: 5 * 1024 * 1024 };

testObjectStore({
  name: "a folder",
  open: () => new FolderStore({ kind: "folder", folder: join(root, "folder") }),
  skip: false,
});

for (const name of ["moto", "versitygw"] satisfies S3ServerName[]) {
  const open = async (): Promise<S3Store> => {
    const server = await startS3Server(name, join(root, name));
    closings.push(() => server.close());
    return new S3Store(server.place("some/prefix"), PUBLIC_ONLY, PARTS);
  };
  // by its own code; its answers to one after the other are right
  const noRaces = name === "moto" ? { noRaces: "moto looks for the key and writes it in two steps" } : {};
  testObjectStore({ name, open, skip: withoutS3Server(name), ...noRaces });
}

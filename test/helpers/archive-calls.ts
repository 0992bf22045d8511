// One call of every function of the store that is about the archive: a part of store-calls.ts.
import type { Sha } from "../../src/domain/model.ts";
import { numberArchiveColumns, readArchiveColumnHeads, readArchiveColumns } from "../../src/store/archive-column.ts";
import { readSmallRanges } from "../../src/store/archive-compaction.ts";
import { readArchiveRuns, readArchiveShare } from "../../src/store/archive-history.ts";
import { readArchiveUse } from "../../src/store/archive-object.ts";
import {
  deleteArchivedCommits,
  deleteArchivedShapes,
  deleteArchivedVersions,
  readDeletable,
} from "../../src/store/archive-deletion.ts";
import { readCommitFigures, readSegmentEnd, readValueFigures } from "../../src/store/archive-figures.ts";
import { readKeptPrefix } from "../../src/store/archive-kept.ts";
import {
  countRetired,
  markSegmentsStale,
  putObject,
  readSegments,
  retireArchive,
  retireObjects,
  takeSegmentsOut,
} from "../../src/store/archive-manifest.ts";
import { leaveArchive, lowerHotFrom, missingVersions } from "../../src/store/archive-restoring.ts";
import { beginRun, endRun, livingKeys, nameKeys, publishRun, readArchiveState } from "../../src/store/archive-run.ts";
import {
  joinAtOnce,
  readKeptFacts,
  readSourceCommits,
  readSourceFiles,
  readSourceKeys,
  readSourceMark,
  readSourceValues,
} from "../../src/store/archive-source.ts";
import {
  deleteArchived,
  findArchived,
  putArchived,
  readArchivedAt,
  readArchivedBetween,
  readArchivedShas,
} from "../../src/store/archived-commit.ts";
import { readArchivedPlaces } from "../../src/store/archived-places.ts";
import { readArchivedDown, readLowestHot, readLowestOnLine, readParentsBelow } from "../../src/store/archived-line.ts";
import { forgetArchive, lowerArchive } from "../../src/store/archive-marks.ts";
import {
  findArchivedVersions,
  readArchivedVersions,
  readArchivedVersionsAt,
  takeArchivedVersions,
} from "../../src/store/archived-version.ts";
import { markArchivedUnreachable, removeArchivedAt, setArchivedLines } from "../../src/store/cold-commit-change.ts";
import {
  coldChunks,
  coldCommitsAt,
  coldUnreachable,
  findColdCommits,
  readHotFrom,
} from "../../src/store/cold-commit.ts";
import type { CallTarget, StoreCall } from "./store-calls.ts";

const reads = (call: StoreCall["call"]): StoreCall => ({ shows: true, call });
const counts = (call: StoreCall["call"]): StoreCall => ({ shows: false, call });
const writes = counts;

const leaseOn = ({ organizationId, repository }: CallTarget) => ({
  organizationId,
  repositoryId: repository,
  token: 0,
});
const ALL = { first: 0, last: 9 };
const FAR = new Date(Date.UTC(2200, 0));
const OBJECT = { kind: "values", bucket: 1, key: "values/bucket=1/new", bytes: 1, sha256: "01", rows: 1 } as const;
const CHUNK = {
  position: 0,
  shas: ["f".repeat(40) as Sha],
  firstParents: Int32Array.of(-1),
  ordinals: Int32Array.of(0),
  lines: Int32Array.of(1),
  otherParents: new Map(),
  unreachable: new Map(),
};

/** By name. */
export const ARCHIVE_CALLS: Readonly<Record<string, StoreCall>> = {
  readArchivedPlaces: counts((tx, { repository }) => readArchivedPlaces(tx, repository, 9)),
  readHotFrom: counts((tx, { repository }) => readHotFrom(tx, repository)),
  coldChunks: counts((tx, { repository }) => Array.fromAsync(coldChunks(tx, repository))),
  coldCommitsAt: counts((tx, { repository }) => coldCommitsAt(tx, repository, [0, 1])),
  findColdCommits: counts((tx, { repository, sha }) => findColdCommits(tx, repository, [sha])),
  coldUnreachable: counts((tx, { repository }) => coldUnreachable(tx, repository)),
  setArchivedLines: writes((tx, { repository }) => setArchivedLines(tx, repository, [0, 1], [1, 0])),
  markArchivedUnreachable: writes((tx, { repository }) => markArchivedUnreachable(tx, repository, [0, 1], true)),
  removeArchivedAt: writes((tx, { repository }) => removeArchivedAt(tx, repository, [0, 1])),
  lowerArchive: writes((tx, { repository }) => lowerArchive(tx, repository, 0)),
  forgetArchive: writes((tx, { repository }) => forgetArchive(tx, repository)),
  findArchivedVersions: counts((tx, { repository, path, sha }) =>
    findArchivedVersions(tx, repository, [{ path, oid: sha }]),
  ),
  readArchivedVersions: counts((tx, { repository }) => readArchivedVersions(tx, repository, null)),
  readArchivedVersionsAt: counts((tx, { repository }) => readArchivedVersionsAt(tx, repository, [1, 2])),
  takeArchivedVersions: writes((tx, { repository }) => takeArchivedVersions(tx, repository, [1, 2])),
  readArchivedDown: counts((tx, { repository }) => readArchivedDown(tx, repository, 1, 9)),
  readLowestOnLine: counts((tx, { repository }) => readLowestOnLine(tx, repository, [{ line: 1, top: 9, bottom: -1 }])),
  readLowestHot: counts((tx, { repository }) => readLowestHot(tx, repository, 1)),
  readParentsBelow: counts((tx, { repository }) => readParentsBelow(tx, repository, 1)),
  readKeptPrefix: counts((tx, { repository }) => readKeptPrefix(tx, repository, { commits: 1, after: null })),
  readSegmentEnd: counts((tx, { repository }) => readSegmentEnd(tx, repository, ALL, { commits: 9, values: 9 })),
  readSourceCommits: reads((tx, { repository }) => readSourceCommits(tx, repository, ALL, 9)),
  readSourceFiles: reads((tx, { repository }) => readSourceFiles(tx, repository, [1, 2])),
  readSourceValues: reads((tx, { repository }) => readSourceValues(tx, repository, [1, 2])),
  readSourceKeys: reads((tx, { repository }) => readSourceKeys(tx, repository, [1])),
  joinAtOnce: counts((tx) => joinAtOnce(tx)),
  readSourceMark: counts((tx, { repository }) => readSourceMark(tx, repository, 0, 9)),
  readKeptFacts: reads((tx, { repository }) => readKeptFacts(tx, repository, 0, 9)),
  readValueFigures: reads((tx, { repository }) => readValueFigures(tx, repository, 0, 9)),
  readCommitFigures: counts((tx, { repository }) => readCommitFigures(tx, repository, 0, 9)),
  readArchiveColumns: reads((tx, { repository, path, key }) => readArchiveColumns(tx, repository, [{ path, key }])),
  readArchiveColumnHeads: reads((tx, { repository }) => readArchiveColumnHeads(tx, repository, [1])),
  numberArchiveColumns: writes((tx, { repository, path }) =>
    numberArchiveColumns(tx, repository, [{ path, key: "another" }]),
  ),
  readArchiveState: counts((tx, { repository }) => readArchiveState(tx, repository)),
  beginRun: writes((tx, { repository }) => beginRun(tx, { repositoryId: repository, task: "archive", ...ALL })),
  nameKeys: writes((tx) => nameKeys(tx, "1", { keys: ["values/x"], ...ALL })),
  livingKeys: counts((tx) => livingKeys(tx, { run: "0", keys: ["values/x"], after: FAR })),
  endRun: writes((tx) => endRun(tx, "1", { state: "done" })),
  publishRun: writes((tx, target) => publishRun(tx, leaseOn(target), { archivedTo: 0, file: 1, archivedBefore: null })),
  putObject: writes((tx, { repository }) =>
    putObject(tx, OBJECT, [{ repositoryId: repository, kind: "values", ...ALL, rows: 1, stale: false }]),
  ),
  readSegments: reads((tx, { repository }) => readSegments(tx, repository)),
  takeSegmentsOut: writes((tx, { repository }) => takeSegmentsOut(tx, repository, { ...ALL, kinds: ["commits"] })),
  markSegmentsStale: writes((tx, { repository }) => markSegmentsStale(tx, repository, [0, 1])),
  retireObjects: writes((tx) => retireObjects(tx)),
  retireArchive: writes((tx, { repository }) => retireArchive(tx, repository)),
  readArchiveShare: counts((tx, { repository }) => readArchiveShare(tx, repository)),
  readArchiveRuns: counts((tx, { repository }) => readArchiveRuns(tx, repository, 9)),
  readArchiveUse: counts((tx, { repository }) => readArchiveUse(tx, repository)),
  readSmallRanges: counts((tx) => readSmallRanges(tx, 1, 9)),
  countRetired: counts((tx) => countRetired(tx)),
  missingVersions: counts((tx, { repository }) => missingVersions(tx, repository, [1, 2])),
  lowerHotFrom: writes((tx, target) => lowerHotFrom(tx, leaseOn(target), 0)),
  leaveArchive: writes((tx, target) => leaveArchive(tx, leaseOn(target))),
  readDeletable: counts((tx, { repository }) => readDeletable(tx, repository, FAR)),
  deleteArchivedCommits: writes(async (tx, target) => {
    await publishRun(tx, leaseOn(target), { archivedTo: 0, file: 1, archivedBefore: null });
    return deleteArchivedCommits(tx, leaseOn(target), 1);
  }),
  deleteArchivedShapes: writes((tx, { repository }) => deleteArchivedShapes(tx, repository)),
  deleteArchivedVersions: writes((tx, { repository }) => deleteArchivedVersions(tx, repository, 0, 9)),
  readArchivedBetween: counts((tx, { repository }) => readArchivedBetween(tx, repository, 0, 9)),
  readArchivedAt: counts((tx, { repository }) => readArchivedAt(tx, repository, [0])),
  readArchivedShas: counts((tx, { repository }) => readArchivedShas(tx, repository, Int32Array.of(0))),
  findArchived: counts((tx, { repository, sha }) => findArchived(tx, repository, [sha])),
  putArchived: writes((tx, { repository }) => putArchived(tx, repository, [CHUNK], 40)),
  deleteArchived: writes((tx, { repository }) => deleteArchived(tx, repository)),
};

// One call of every function of the store: what the test of the fences walks. A new function without a call fails there.
import { STANDARD_CHOICE } from "../../src/domain/branch-choice.ts";
import { NO_CHOICE, settleChoice } from "../../src/domain/column-choice.ts";
import type { BranchId, OrganizationId, RepositoryId, Sha } from "../../src/domain/model.ts";
import { failRepository, putOffRepository } from "../../src/store/back-off.ts";
import { findRepository, readLinesOf, readPlace, readVersion } from "../../src/store/branch-page.ts";
import {
  branchesDeletedBefore,
  deleteBranches,
  deleteBranchesAt,
  putBranches,
  readBranches,
  setHeadFacts,
  setMissing,
} from "../../src/store/branch.ts";
import { readBranchChoice, setBranchLook } from "../../src/store/branch-choice.ts";
import { findBest, readRankedValues } from "../../src/store/column-best.ts";
import {
  readBroughtValues,
  readCommitsAtPlaces,
  readCommitsAtPositions,
  readFilesOfCommits,
} from "../../src/store/column-history.ts";
import {
  keepChoices,
  lockCatalogue,
  readChosenColumn,
  saveChoice,
  tellCatalogue,
} from "../../src/store/column-choice.ts";
import { readCatalogue, readCatalogueColumn, readColumnHeads } from "../../src/store/column-page.ts";
import {
  findCommitsByPrefix,
  readColumnsOfFiles,
  readFileDetails,
  readFileAt,
  readShas,
} from "../../src/store/commit-detail.ts";
import {
  commitsUnreachedBefore,
  findOnFirstParents,
  markUnreachable,
  markUnreachableSince,
  readLines,
  readLinesAt,
  readParents,
  setLines,
  unreachableCommits,
} from "../../src/store/commit-line.ts";
import { readColumnNames } from "../../src/store/column-names.ts";
import { readFileLists, readShapesAt } from "../../src/store/commit-files.ts";
import { readPage, readPageAt } from "../../src/store/commit-page.ts";
import { findCommitsOfList } from "../../src/store/commit-search.ts";
import { readLineRuns, readRunFiles, readShapePlaces } from "../../src/store/column-runs.ts";
import { ordinalsAround, readColumnsLike, readLineTags, readPointCommits } from "../../src/store/series-page.ts";
import {
  readExportCommits,
  readExportFiles,
  readExportValues,
  readLinePositions,
  readShapeKeys,
} from "../../src/store/commit-export.ts";
import { readColumnsInOrder, readFileSizes, readWrittenColumns } from "../../src/store/comparison.ts";
import { readShapeIndexes, readValues, readValueAt } from "../../src/store/commit-values.ts";
import {
  commitRows,
  copyCommits,
  deleteCommits,
  deleteCommitsAt,
  deleteCommitsBetween,
  findCommits,
  lowestCommitWith,
  nextPosition,
  readCommitFiles,
  readCommitFilesBetween,
  readCommitShas,
  readPositions,
  readRoots,
} from "../../src/store/commit.ts";
import { readCandidates, setCandidates } from "../../src/store/candidate-file.ts";
import { lockPaths, raisePathsVersion, readHistoryReader, setHistoryReader } from "../../src/store/history-reader.ts";
import {
  askProviderSoon,
  askProvidersSoon,
  markDelivered,
  readNumberedPlaces,
  readPlaces,
  setRoutes,
  takeUnread,
} from "../../src/store/delivery-route.ts";
import { insertDeliveries } from "../../src/store/delivery.ts";
import { readDefaultColumns } from "../../src/store/default-columns.ts";
import {
  beginEvents,
  buryEvents,
  completeEvents,
  insertEvent,
  insertOwnEvent,
  insertOwnSyncs,
  postponeEvents,
  retryEvents,
  reviveEvent,
  waitingEvents,
} from "../../src/store/event.ts";
import { readEvent, readEventBody, readEvents } from "../../src/store/event-page.ts";
import {
  readDeliveryFate,
  readStrayBody,
  readStrayDeliveries,
  readStrayDelivery,
  reviveStrayDelivery,
} from "../../src/store/stray-delivery.ts";
import {
  adoptFailing,
  type AccountRow,
  deleteAccount,
  insertAccount,
  lockAccountOf,
  readAccount,
  readAccounts,
  readTrialPlaces,
  setAccountChecked,
  setAccountLimit,
  setAccountShared,
  setAccountState,
  setAccountToken,
  setRepositoryAccount,
} from "../../src/store/git-account.ts";
import {
  deleteLeftWebhook,
  insertLeftWebhook,
  putOffLeftWebhook,
  readLeftWebhooks,
  readPendingRemoval,
} from "../../src/store/left-webhook.ts";
import { deleteTags, findTag, putTags, readPlacedTags, readTags } from "../../src/store/git-tag.ts";
import { copySkeleton, deleteSkeleton, readSkeleton, skeletonFromCommits } from "../../src/store/import-commit.ts";
import { keepLease, leaseHolder, type Lease, releaseLease, revokeLease } from "../../src/store/lease.ts";
import {
  countColumns,
  putColumns,
  readAllColumns,
  readColumns,
  replaceColumns,
} from "../../src/store/metric-column.ts";
import {
  copyFiles,
  fileRows,
  deleteFiles,
  filesOfReached,
  findFiles,
  lastNumbers,
  readDocuments,
  readFiles,
  readFilesAt,
  readFilesOnlyAt,
  readLowestUses,
  readReadableFiles,
} from "../../src/store/metric-file.ts";
import { readFileLines } from "../../src/store/metric-file-page.ts";
import {
  deleteFoundPaths,
  putIdentities,
  putRules,
  readMetricPaths,
  saveChosenIdentity,
  saveRules,
} from "../../src/store/metric-path.ts";
import {
  copyShapes,
  shapeRows,
  deleteShapes,
  findShapeNumbers,
  readShapeNumbers,
} from "../../src/store/metric-shape.ts";
import { deleteNumbered, deleteUnusedShapes } from "../../src/store/numbered-rows.ts";
import type { Transaction } from "../../src/store/organization-store.ts";
import { removedFiles } from "../../src/store/removed-files.ts";
import { isNameTaken, lockSettings, saveSettings } from "../../src/store/repository-settings.ts";
import { readCounts, readPulse, readRepositoryFacts, readRepositoryList } from "../../src/store/repository-page.ts";
import {
  findByProviderId,
  moveRepository,
  readProvided,
  setProviderChecked,
  setProviderFacts,
  setRepositoryFound,
  setRepositoryGone,
} from "../../src/store/repository-provider.ts";
import {
  deleteWebhook,
  insertWebhook,
  markDeliveryRefused,
  markWebhookReceived,
  readTeamWebhooks,
  readWebhookOf,
  readWebhookSecrets,
  setWebhookAtProvider,
  setWebhookResent,
  setWebhookSecrets,
  setWebhookUnwanted,
} from "../../src/store/webhook.ts";
import { otherMirrorBytes, setMirrorBytes } from "../../src/store/mirror-bytes.ts";
import {
  deleteRepository,
  findRepositoryByAddress,
  followedAddresses,
  finishEmpty,
  finishSync,
  insertRepository,
  repositoryIds,
  raiseVersion,
  readRepository,
  repositoryNames,
  saveImport,
  setImportState,
  setNotices,
  setProgress,
  setRepositoryState,
} from "../../src/store/repository.ts";
import { countMissed, explainMissed, forgetDeliveries, forgetMissed } from "../../src/store/missed-change.ts";
import {
  hurryEvents,
  insertPollEvent,
  lookSoon,
  recordCompared,
  recordPoll,
  recordPollFailure,
  setPolledRefs,
} from "../../src/store/poll.ts";
import { readSilentFiles, readStoredHealth } from "../../src/store/repository-health.ts";
import { readMissing, readNotices } from "../../src/store/warning-page.ts";
import { ARCHIVE_CALLS } from "./archive-calls.ts";
import { catalogueColumn } from "./catalogue-column.ts";

/** What a call is about: a repository whose rows are marked, and what is in them. */
export interface CallTarget {
  readonly organizationId: OrganizationId;
  readonly repository: RepositoryId;
  readonly name: string;
  readonly address: string;
  /** path of its one metric file, and a key in it */
  readonly path: string;
  readonly key: string;
  /** position 1 */
  readonly sha: Sha;
  readonly eventId: string;
  /** of its webhook, which says its name for a problem */
  readonly webhookId: string;
  /** of one for all repositories, and a delivery of it that led to none */
  readonly teamWebhookId: string;
  readonly strayId: string;
  readonly userId: string;
  readonly accountId: string;
}

type Call = (tx: Transaction, target: CallTarget) => Promise<unknown>;

/** A call, and whether its answer holds something of the rows that it is about. */
export interface StoreCall {
  readonly shows: boolean;
  readonly call: Call;
  /** it writes what only people write, through pages: the worker may not */
  readonly isOfPage?: true;
}

const reads = (call: Call): StoreCall => ({ shows: true, call });
const readsOfPage = (call: Call): StoreCall => ({ shows: true, call, isOfPage: true });
/** An answer of numbers only, or a write. */
const counts = (call: Call): StoreCall => ({ shows: false, call });
const writes = counts;
const writesOfPage = (call: Call): StoreCall => ({ shows: false, call, isOfPage: true });

const lease = ({ organizationId, repository }: CallTarget): Lease => ({
  organizationId,
  repositoryId: repository,
  token: 0,
});
const progress = {
  phase: "reading",
  commitsDone: 1,
  commitsTotal: null,
  filesDone: 0,
  filesTotal: null,
  rate: null,
  secondsLeft: null,
  readable: false,
} as const;
const signature = { name: "Eve", email: "eve@example.org", written: "1700000000 +0000", at: 1_700_000_000_000 };
const OTHER_SHA = "f".repeat(40) as Sha;
const HIGH = 900;
/** After every time that is stored. */
const FAR = new Date(Date.UTC(2200, 0));

const accountOf = ({ userId, name }: CallTarget): AccountRow => ({
  userId,
  kind: "plain",
  baseUrl: "https://host",
  login: name,
  subject: name,
  name,
  shared: true,
  scopes: [],
  missingScopes: [],
  expiresAt: null,
  checkedAt: null,
});

/** Every function over an organisation's rows, by its name. */
export const STORE_CALLS: Readonly<Record<string, StoreCall>> = {
  // repositories
  readRepository: reads((tx, { repository }) => readRepository(tx, repository)),
  findRepositoryByAddress: reads((tx, { address }) => findRepositoryByAddress(tx, address)),
  followedAddresses: reads((tx, { address }) => followedAddresses(tx, [address])),
  repositoryNames: reads((tx, { name }) => repositoryNames(tx, name.slice(0, 1))),
  readPlaces: reads((tx) => readPlaces(tx)),
  readNumberedPlaces: counts((tx) => readNumberedPlaces(tx, [{ kind: "github", number: "1" }])),
  readRepositoryList: reads((tx) => readRepositoryList(tx)),
  readRepositoryFacts: reads((tx, { repository }) => readRepositoryFacts(tx, repository)),
  readCounts: counts((tx, { repository }) => readCounts(tx, repository)),
  readPulse: counts((tx, { repository }) => readPulse(tx, repository, 0)),
  readVersion: reads((tx, { repository }) => readVersion(tx, repository)),
  readNotices: reads((tx, { repository }) => readNotices(tx, repository)),
  readMissing: reads((tx, { repository }) => readMissing(tx, repository, 10)),
  findRepository: counts((tx, { name }) => findRepository(tx, name)),
  otherMirrorBytes: counts((reader, { repository }) => otherMirrorBytes(reader, repository, 1)),
  repositoryIds: counts((reader) => repositoryIds(reader)),
  insertRepository: writes((tx, { name, address }) => insertRepository(tx, { name, kind: "folder", address })),
  setMirrorBytes: writes((tx, target) => setMirrorBytes(tx, lease(target), 1)),
  setRepositoryState: writes((tx, target) => setRepositoryState(tx, lease(target), "failed", "broken")),
  setProgress: writes((tx, target) => setProgress(tx, lease(target), progress)),
  setNotices: writes((tx, target) => setNotices(tx, lease(target), ["noticed"])),
  setImportState: writes((tx, target) => setImportState(tx, lease(target), { at: 1 })),
  saveImport: writes((tx, target) =>
    saveImport(tx, lease(target), { importState: null, importedTo: 0, progress, defaultBranch: "x" }),
  ),
  finishEmpty: writes((tx, target) => finishEmpty(tx, lease(target), [])),
  finishSync: writes((tx, target) => finishSync(tx, lease(target), { defaultBranch: "x", notices: [], changed: true })),
  raiseVersion: writes((tx, target) => raiseVersion(tx, lease(target))),
  keepLease: writes((tx, target) => keepLease(tx, lease(target))),
  releaseLease: writes((tx, target) => releaseLease(tx, lease(target))),
  revokeLease: writes((tx, { repository }) => revokeLease(tx, repository)),
  leaseHolder: reads((tx, { repository }) => leaseHolder(tx, repository)),
  readStoredHealth: counts((tx, { repository }) => readStoredHealth(tx, repository)),
  readSilentFiles: counts((tx, { repository }) => readSilentFiles(tx, repository)),
  recordPoll: writes((tx, { repository: id }) =>
    recordPoll(tx, { id, takenUntil: FAR }, { at: FAR, nextAt: FAR, refs: Buffer.from("refs"), etag: "etag" }),
  ),
  recordPollFailure: writes((tx, { repository: id }) =>
    recordPollFailure(tx, { id, takenUntil: FAR }, { at: FAR, nextAt: FAR, problem: "none" }),
  ),
  setPolledRefs: writes((tx, { repository }) => setPolledRefs(tx, repository, Buffer.from("refs"))),
  recordCompared: writes((tx, { repository }) =>
    recordCompared(tx, repository, { at: FAR, refs: Buffer.from("refs"), mirrorBytes: 1 }),
  ),
  lookSoon: writes((tx, { repository }) => lookSoon(tx, repository, new Date(0))),
  adoptFailing: writes((tx, { accountId }) => adoptFailing(tx, accountId, "https://192.0.43.8")),
  forgetDeliveries: writes((tx, { repository }) => forgetDeliveries(tx, repository)),
  forgetMissed: writes((tx, { repository }) => forgetMissed(tx, repository)),
  countMissed: writes((tx, { repository, eventId: event }) =>
    countMissed(tx, repository, { event, since: FAR, at: FAR, refs: [] }),
  ),
  explainMissed: writes((tx, { repository }) => explainMissed(tx, repository)),
  failRepository: writes((tx, target) => failRepository(tx, lease(target), "broken", 1_000)),
  putOffRepository: writes((tx, target) => putOffRepository(tx, lease(target), 1_000)),
  // events
  insertPollEvent: writes((tx, { repository }) => insertPollEvent(tx, repository, [])),
  hurryEvents: writes((tx, { repository }) => hurryEvents(tx, repository)),
  insertEvent: writes((tx, { repository }) => insertEvent(tx, repository, "sync")),
  insertOwnEvent: writes((tx, { repository }) => insertOwnEvent(tx, repository, "sync", "started")),
  insertOwnSyncs: writes((tx) => insertOwnSyncs(tx, "started")),
  waitingEvents: counts((tx, { repository }) => waitingEvents(tx, repository)),
  readProvided: reads((tx, { repository }) => readProvided(tx, repository)),
  findByProviderId: counts((tx) => findByProviderId(tx, "github", "1")),
  setProviderFacts: writes((tx, { repository }) => {
    const nothing = { providerId: "1", providerName: null, webUrl: null, visibility: null };
    return setProviderFacts(tx, repository, { provider: "github", ...nothing, archived: true }, null);
  }),
  setProviderChecked: writes((tx, { repository }) => setProviderChecked(tx, repository, new Date(0))),
  moveRepository: writes((tx, { repository }) =>
    moveRepository(tx, repository, { name: "moved", address: "/srv/moved" }),
  ),
  setRepositoryFound: writes((tx, { repository }) => setRepositoryFound(tx, repository)),
  setRepositoryGone: writes((tx, { repository }) => setRepositoryGone(tx, repository, "gone")),
  readWebhookOf: reads((tx, { repository }) => readWebhookOf(tx, repository)),
  readTeamWebhooks: counts((tx) => readTeamWebhooks(tx)),
  readWebhookSecrets: reads((tx, { webhookId }) => readWebhookSecrets(tx, webhookId)),
  insertWebhook: writes((tx, { repository }) =>
    insertWebhook(tx, { hookId: `new of ${repository}`, kind: "signed", repositoryId: repository }),
  ),
  setWebhookSecrets: writes((tx, { webhookId }) =>
    setWebhookSecrets(tx, webhookId, { secret: Buffer.from("s"), previousSecret: null, previousUntil: null }),
  ),
  setWebhookResent: writes((tx, { webhookId }) => setWebhookResent(tx, webhookId, new Date(0))),
  setWebhookAtProvider: writes((tx, { webhookId }) => {
    const nothing = { accountId: null, providerHookId: null, url: null, problem: null };
    return setWebhookAtProvider(tx, webhookId, { ...nothing, state: "missing", checkedAt: new Date(0) });
  }),
  markWebhookReceived: writes((tx, { webhookId }) => markWebhookReceived(tx, webhookId, new Date(0))),
  setWebhookUnwanted: writes((tx, { repository }) => setWebhookUnwanted(tx, repository, true)),
  markDeliveryRefused: writes((tx, { webhookId }) => markDeliveryRefused(tx, webhookId)),
  deleteWebhook: writes((tx, { webhookId }) => deleteWebhook(tx, webhookId)),
  beginEvents: writes((tx, { eventId }) => beginEvents(tx, [eventId])),
  postponeEvents: writes((tx, { eventId }) => postponeEvents(tx, [eventId], "later", 1_000)),
  retryEvents: writes((tx, { eventId }) => retryEvents(tx, [eventId], "later", 1_000)),
  completeEvents: writes((tx, { eventId }) => completeEvents(tx, [eventId], { commits: 1, files: 2 })),
  buryEvents: writes((tx, { eventId }) => buryEvents(tx, [eventId], "never")),
  readEvents: readsOfPage((tx, { repository }) =>
    readEvents(tx, repository, { before: null, limit: 9, states: [], sources: [] }),
  ),
  readEventBody: reads(async (tx, { repository, eventId }) => readEventBody(tx, repository, eventId, 100)),
  readEvent: readsOfPage((tx, { repository, eventId }) => readEvent(tx, repository, eventId)),
  readStrayDeliveries: readsOfPage((tx, { teamWebhookId }) =>
    readStrayDeliveries(tx, teamWebhookId, { before: null, limit: 9, states: [] }),
  ),
  readStrayDelivery: readsOfPage((tx, { teamWebhookId, strayId }) => readStrayDelivery(tx, teamWebhookId, strayId)),
  readDeliveryFate: reads((tx, { teamWebhookId, strayId }) => readDeliveryFate(tx, teamWebhookId, strayId)),
  reviveStrayDelivery: writesOfPage((tx, { teamWebhookId, strayId }) =>
    reviveStrayDelivery(tx, teamWebhookId, strayId),
  ),
  readStrayBody: reads((tx, { teamWebhookId, strayId }) => readStrayBody(tx, teamWebhookId, strayId, 100)),
  takeUnread: counts((tx) => takeUnread(tx, { count: 9, bytes: 9 })),
  setRoutes: writes((tx, { eventId, repository }) =>
    setRoutes(tx, [
      { id: eventId, repositoryId: repository, state: "due", named: [], aboutRepository: false, reason: "moved" },
    ]),
  ),
  markDelivered: writes((tx, { repository }) => markDelivered(tx, new Map([[repository, new Date(0)]]))),
  askProviderSoon: writes((tx, { repository }) => askProviderSoon(tx, [repository])),
  askProvidersSoon: writes((tx) => askProvidersSoon(tx, ["github"])),
  insertDeliveries: writes((tx, { webhookId, repository }) => {
    const sent = { eventName: "push", contentType: null, body: Buffer.from("{}") };
    return insertDeliveries(tx, [{ webhookId, repositoryId: repository, deliveryId: "d", ...sent }]);
  }),
  reviveEvent: writes(async (tx, { repository, eventId }) => {
    await buryEvents(tx, [eventId], "never");
    await reviveEvent(tx, repository, eventId);
  }),
  // accounts at Git servers
  readTrialPlaces: counts((tx, target) => readTrialPlaces(tx, { ...accountOf(target), baseUrl: "/srv" })),
  readAccounts: readsOfPage((tx, { userId }) => readAccounts(tx, userId)),
  readAccount: reads((tx, { accountId }) => readAccount(tx, accountId)),
  lockAccountOf: counts((tx, target) => lockAccountOf(tx, accountOf(target))),
  insertAccount: writes((tx, target) => insertAccount(tx, { ...accountOf(target), login: "other", subject: "other" })),
  setAccountToken: writes((tx, target) =>
    setAccountToken(tx, target.accountId, Buffer.from("token"), accountOf(target)),
  ),
  setAccountChecked: writes((tx, target) => setAccountChecked(tx, target.accountId, accountOf(target))),
  setAccountState: writes((tx, { accountId }) => setAccountState(tx, accountId, "refused", "broken")),
  setAccountLimit: writes((tx, { accountId }) => setAccountLimit(tx, accountId, FAR)),
  setAccountShared: writes((tx, { accountId }) => setAccountShared(tx, accountId, false)),
  setRepositoryAccount: writes((tx, { repository, accountId }) => setRepositoryAccount(tx, repository, accountId)),
  insertLeftWebhook: writes((tx, { accountId }) =>
    insertLeftWebhook(
      tx,
      { accountId, providerId: "7", providerName: "a/b", providerHookId: "1" },
      { at: FAR, dueAt: FAR },
    ),
  ),
  readLeftWebhooks: reads(async (tx, { accountId, name }) => {
    const left = { accountId, providerId: "7", providerName: name, providerHookId: "1" };
    await insertLeftWebhook(tx, left, { at: FAR, dueAt: FAR });
    return readLeftWebhooks(tx, accountId);
  }),
  readPendingRemoval: counts((tx, { repository }) => readPendingRemoval(tx, repository)),
  putOffLeftWebhook: writes((tx) => putOffLeftWebhook(tx, "1", FAR)),
  deleteLeftWebhook: writes((tx) => deleteLeftWebhook(tx, "1")),
  deleteAccount: writes((tx, { accountId }) => deleteAccount(tx, accountId)),
  // settings
  lockSettings: reads((tx, { repository }) => lockSettings(tx, repository)),
  isNameTaken: counts((tx, { name }) => isNameTaken(tx, name)),
  saveSettings: writes((tx, { repository }) =>
    saveSettings(tx, repository, { name: "renamed", sparkColumn: null, branches: STANDARD_CHOICE }),
  ),
  readBranchChoice: counts((tx, { repository }) => readBranchChoice(tx, repository)),
  setBranchLook: writes((tx, target) =>
    setBranchLook(tx, lease(target), { choice: STANDARD_CHOICE, unfollowed: { count: 0, branches: [] } }),
  ),
  // tags
  readTags: reads((tx, { repository }) => readTags(tx, repository)),
  readPlacedTags: reads((tx, { repository }) => readPlacedTags(tx, repository)),
  findTag: reads((tx, { repository, name }) => findTag(tx, repository, name)),
  putTags: writes((tx, { repository }) =>
    putTags(tx, repository, [{ name: "planted", nameBytes: Buffer.from("planted"), sha: OTHER_SHA }]),
  ),
  deleteTags: writes((tx, { repository, name }) => deleteTags(tx, repository, [Buffer.from(name)])),
  // branches
  readBranches: reads((tx, { repository }) => readBranches(tx, repository)),
  readLinesOf: reads((tx, { repository }) => readLinesOf(tx, repository)),
  putBranches: writes((tx, { repository }) => {
    const name = { name: "stolen", nameBytes: Buffer.from("stolen") };
    const number = 1 as BranchId;
    return putBranches(tx, repository, [
      { number, ...name, head: OTHER_SHA, headPosition: 0, fork: null, state: "live" },
    ]);
  }),
  setMissing: writes((tx, { repository }) =>
    setMissing(tx, repository, [{ number: 1 as BranchId, missing: { since: 0, looks: 1 } }]),
  ),
  countColumns: counts((tx, { repository }) => countColumns(tx, repository)),
  setHeadFacts: writes((tx, { repository }) =>
    setHeadFacts(tx, repository, [{ number: 1 as BranchId, subject: "s", committed: "0 +0000", committedAt: FAR }]),
  ),
  branchesDeletedBefore: counts((tx, { repository }) => branchesDeletedBefore(tx, repository, FAR)),
  deleteBranchesAt: writes((tx, { repository }) => deleteBranchesAt(tx, repository, [1])),
  deleteBranches: writes((tx, { repository }) => deleteBranches(tx, repository)),
  // commits
  findCommits: reads((tx, { repository, sha }) => findCommits(tx, repository, [sha])),
  findCommitsByPrefix: reads((tx, { repository, sha }) => findCommitsByPrefix(tx, repository, sha.slice(0, 8))),
  readPageAt: reads((tx, { repository, path }) =>
    readPageAt(tx, repository, { positions: [0, 1], files: [1, 2], picks: [], paths: [path] }),
  ),
  readFileLists: counts((tx, { repository }) => readFileLists(tx, repository, [0, 1])),
  removedFiles: reads((tx, { repository }) => {
    const parent = { files: [1, 2], baselineFiles: [null, null], baselinePositions: [null, null], returnedFiles: null };
    const commit = { files: [], baselineFiles: [], baselinePositions: [], unreadFrom: null };
    return removedFiles(tx, repository, [{ commit, parent, parentPosition: 0 }]).then((lists) => lists.flat());
  }),
  readShapesAt: counts((tx, { repository, path }) => readShapesAt(tx, repository, path)),
  readColumnNames: reads((tx, { repository }) => readColumnNames(tx, repository)),
  findCommitsOfList: counts((tx, { repository, path, key }) =>
    findCommitsOfList(tx, repository, {
      parts: null,
      from: null,
      touching: true,
      columns: [
        {
          path,
          key,
          kind: "number",
          shapes: [{ shape: 1, index: 0 }],
          sorted: true,
          filtered: true,
          compared: true,
          bestPosition: 0,
        },
      ],
      sorts: [{ column: 0, descending: true }],
      filter: {
        kind: "or",
        nodes: [
          { kind: "missing", column: { path, key } },
          {
            kind: "comparison",
            operand: { kind: "field", field: "warnings" },
            operator: ">=",
            literal: { kind: "number", value: 0, text: "0" },
          },
          {
            kind: "comparison",
            operand: { kind: "delta", column: { path, key } },
            operator: ">=",
            literal: { kind: "number", value: 0, text: "0" },
          },
        ],
      },
      branches: [],
      changed: [{ path, ofNumbers: [true], shapes: [{ shape: 1, indexes: [0] }] }],
      pinned: [1],
      after: 1,
      limit: 9,
      counted: true,
    }),
  ),
  readPage: reads((tx, { repository, path }) =>
    readPage(tx, repository, { parts: [{ line: 1, top: 9, bottom: -1 }], picks: [], limit: 10, paths: [path] }),
  ),
  readPlace: counts((tx, { repository }) => readPlace(tx, repository, 1)),
  readShas: reads((tx, { repository }) => readShas(tx, repository, [0, 1])),
  readCommitShas: reads((tx, { repository }) => readCommitShas(tx, repository, [0, 1])),
  readCommitFiles: counts((tx, { repository }) => readCommitFiles(tx, repository, [0, 1])),
  readCommitFilesBetween: counts((tx, { repository }) => readCommitFilesBetween(tx, repository, 0, 9)),
  lowestCommitWith: counts((tx, { repository }) => lowestCommitWith(tx, repository, [1, 2], [])),
  nextPosition: counts((tx, { repository }) => nextPosition(tx, repository)),
  readLines: counts((tx, { repository }) => readLines(tx, repository, 4)),
  readLinesAt: counts((tx, { repository }) => readLinesAt(tx, repository, [0, 1])),
  readParents: counts((tx, { repository }) => readParents(tx, repository, 9, 9)),
  findOnFirstParents: counts((tx, { repository }) => findOnFirstParents(tx, repository, 1, [1, 2])),
  unreachableCommits: counts((tx, { repository }) => unreachableCommits(tx, repository)),
  commitsUnreachedBefore: counts((tx, { repository }) => commitsUnreachedBefore(tx, repository, FAR)),
  readRoots: reads((tx, { repository }) => readRoots(tx, repository)),
  readPositions: counts((tx, { repository }) => readPositions(tx, repository)),
  setLines: writes((tx, { repository }) => setLines(tx, repository, [0, 1], [7, 7])),
  markUnreachable: writes((tx, { repository }) => markUnreachable(tx, repository, [0, 1], true)),
  markUnreachableSince: writes((tx, { repository }) =>
    markUnreachableSince(tx, repository, [{ position: 0, since: new Date(0) }]),
  ),
  copyCommits: writes((tx, { repository }) =>
    copyCommits(
      tx,
      commitRows({ organizationId: tx.organizationId, repositoryId: repository }, [
        {
          position: HIGH,
          ordinal: HIGH,
          line: null,
          firstParent: null,
          facts: { sha: OTHER_SHA, parents: [], author: signature, committer: signature, subject: "planted" },
          files: [],
          baselineFiles: [],
          baselinePositions: [],
          warnedFiles: null,
          warnings: [],
        },
      ]),
    ),
  ),
  copySkeleton: writes(async (tx, { repository }) => {
    await deleteSkeleton(tx, repository);
    await copySkeleton(tx, repository, { size: 1, shaAt: () => OTHER_SHA, firstParent: Int32Array.of(-1) });
  }),
  readSkeleton: reads((tx, { repository }) => readSkeleton(tx, repository, 0)),
  // files, shapes, paths, columns
  readFileDetails: reads((tx, { repository }) => readFileDetails(tx, repository, [1, 2])),
  readFileSizes: reads((tx, { repository }) => readFileSizes(tx, repository, [1, 2])),
  readColumnsInOrder: reads((tx, { repository }) => readColumnsInOrder(tx, repository, 9)),
  readLinePositions: counts((tx, { repository }) =>
    readLinePositions(tx, repository, [{ line: 1, top: 9, bottom: -1 }], 9),
  ),
  readExportCommits: reads((tx, { repository }) => readExportCommits(tx, repository, [1, 0])),
  readExportFiles: reads((tx, { repository }) => readExportFiles(tx, repository, [1, 2], null)),
  readExportValues: reads((tx, { repository }) => readExportValues(tx, repository, [1, 2])),
  readShapeKeys: reads((tx, { repository }) => readShapeKeys(tx, repository, [1])),
  readWrittenColumns: reads((tx, { repository, path }) => readWrittenColumns(tx, repository, [path])),
  readFileAt: counts((tx, { repository, path }) => readFileAt(tx, repository, 1, path)),
  readFiles: reads((tx, { repository }) => readFiles(tx, repository, 0, 9)),
  readFilesAt: reads((tx, { repository }) => readFilesAt(tx, repository, [1, 2])),
  readReadableFiles: reads((tx, { repository, path }) => readReadableFiles(tx, repository, [path])),
  readDocuments: reads((tx, { repository }) => readDocuments(tx, repository, [1, 2])),
  readValues: reads((tx, { repository }) =>
    readValues(
      tx,
      repository,
      [1, 2].map((number) => ({ number: String(number), indexes: [0, 1] })),
    ),
  ),
  readFilesOnlyAt: counts((tx, { repository }) => readFilesOnlyAt(tx, repository, [0, 1])),
  filesOfReached: counts((tx, { repository }) => filesOfReached(tx, repository, [1, 2])),
  readLowestUses: counts((tx, { repository }) => readLowestUses(tx, repository, FAR)),
  findFiles: counts((tx, { repository, path }) => findFiles(tx, repository, [{ path, oid: OTHER_SHA }])),
  lastNumbers: counts((tx, { repository }) => lastNumbers(tx, repository)),
  copyFiles: writes((tx, { repository }) =>
    copyFiles(
      tx,
      fileRows({ organizationId: tx.organizationId, repositoryId: repository }, [
        {
          number: HIGH,
          path: "planted.json",
          oid: OTHER_SHA,
          size: 1,
          adapter: "json",
          adapterVersion: 1,
          problem: { reason: "too-large", message: "planted" },
          warnings: [],
          shape: null,
          values: null,
        },
      ]),
    ),
  ),
  readShapeNumbers: counts((tx, { repository }) => readShapeNumbers(tx, repository)),
  readShapeIndexes: counts((tx, { repository, key }) => readShapeIndexes(tx, repository, [1], [key])),
  findShapeNumbers: counts((tx, { repository }) => findShapeNumbers(tx, repository, ["00"])),
  copyShapes: writes((tx, { repository }) =>
    copyShapes(
      tx,
      shapeRows({ organizationId: tx.organizationId, repositoryId: repository }, [
        { number: HIGH, hash: "00", keys: ["a"] },
      ]),
    ),
  ),
  readMetricPaths: reads((tx, { repository }) => readMetricPaths(tx, repository)),
  putRules: writes((tx, { repository, path }) =>
    putRules(tx, repository, [{ pattern: path, source: "dvc.yaml", identity: null, enabled: false }]),
  ),
  putIdentities: writes((tx, { repository, path }) => putIdentities(tx, repository, new Map([[path, { a: ["b"] }]]))),
  saveRules: writes((tx, { repository, path }) =>
    saveRules(tx, repository, {
      put: [{ pattern: `${path}.other`, source: "chosen", identity: null, enabled: true }],
      removed: [path],
    }),
  ),
  saveChosenIdentity: writes((tx, { repository, path }) => saveChosenIdentity(tx, repository, path, { a: ["b"] })),
  readFileLines: reads((tx, { repository }) => readFileLines(tx, repository, 9)),
  readCandidates: counts((tx, { repository }) => readCandidates(tx, repository)),
  setCandidates: writes((tx, target) =>
    setCandidates(tx, lease(target), { from: "", candidates: [], recognised: [target.path] }),
  ),
  readHistoryReader: counts((tx, { repository }) => readHistoryReader(tx, repository)),
  setHistoryReader: writes((tx, target) => setHistoryReader(tx, lease(target), { readers: { json: 1 }, paths: 9 })),
  lockPaths: counts((tx, { repository }) => lockPaths(tx, repository)),
  raisePathsVersion: writes((tx, { repository }) => raisePathsVersion(tx, repository)),
  readColumnHeads: reads((tx, { repository, path, key }) => readColumnHeads(tx, repository, [{ path, key }])),
  readDefaultColumns: reads((tx, { repository }) =>
    readDefaultColumns(tx, repository, {
      parts: [{ line: 1, top: 9, bottom: -1 }],
      commits: 9,
      withValues: false,
      limit: 9,
    }),
  ),
  readCatalogue: reads((tx, { repository }) =>
    readCatalogue(tx, repository, { words: [], path: null, changed: false, order: "written", after: null, limit: 9 }),
  ),
  readLineRuns: counts((tx, { repository }) => readLineRuns(tx, repository, [{ line: 1, top: 9, bottom: -1 }])),
  readRunFiles: reads((tx, { repository, path }) =>
    readRunFiles(tx, repository, [1, 2], [path], [{ path, shape: 1, indexes: [0, 1] }]),
  ),
  readShapePlaces: counts((tx, { repository, key }) => readShapePlaces(tx, repository, [1], [key])),
  readPointCommits: counts((tx, { repository }) => readPointCommits(tx, repository, 1, [1])),
  readLineTags: counts((tx, { repository }) => readLineTags(tx, repository, [{ line: 1, top: 9, bottom: -1 }], 9)),
  ordinalsAround: counts((tx, { repository }) => ordinalsAround(tx, repository, [{ line: 1, top: 9, bottom: -1 }], 1)),
  readColumnsLike: reads((tx, { repository, path }) => readColumnsLike(tx, repository, { path, key: "*" }, 9)),
  readCommitsAtPlaces: reads((tx, { repository }) => readCommitsAtPlaces(tx, repository, [{ line: 1, ordinal: 1 }])),
  readCommitsAtPositions: reads((tx, { repository }) => readCommitsAtPositions(tx, repository, [0, 1])),
  readBroughtValues: counts((tx, { repository }) => readBroughtValues(tx, repository, [{ file: 1, rank: 0 }], 9, null)),
  readValueAt: counts((tx, { repository, path, key }) => readValueAt(tx, repository, 1, { path, key })),
  readFilesOfCommits: reads((tx, { repository, sha }) => readFilesOfCommits(tx, repository, [sha])),
  readRankedValues: counts((tx, { repository, path, key }) =>
    readRankedValues(tx, repository, { path, key }, "higher"),
  ),
  findBest: counts((tx, { repository, path, key }) => findBest(tx, repository, { path, key }, "higher")),
  lockCatalogue: counts((tx, { repository }) => lockCatalogue(tx, repository)),
  readChosenColumn: reads((tx, { repository, path, key }) => readChosenColumn(tx, repository, { path, key })),
  saveChoice: writesOfPage((tx, { repository, path, key }) => {
    const facts = { goal: null, goalFrom: null, unit: null };
    const column = { path, key, kind: "number", facts, choice: NO_CHOICE } as const;
    return saveChoice(tx, repository, column, settleChoice(facts, NO_CHOICE, { goal: "lower" }), () => null);
  }),
  keepChoices: writes((tx, { repository }) => keepChoices(tx, repository, () => null)),
  tellCatalogue: writes((tx, { repository }) => tellCatalogue(tx, repository)),
  readCatalogueColumn: reads((tx, { repository, path, key }) => readCatalogueColumn(tx, repository, { path, key })),
  readColumnsOfFiles: reads((tx, { repository, path }) => readColumnsOfFiles(tx, repository, [path])),
  readColumns: reads((tx, { repository, path }) => readColumns(tx, repository, [path])),
  readAllColumns: reads((tx, { repository }) => readAllColumns(tx, repository)),
  putColumns: writes((tx, { repository, path }) => putColumns(tx, repository, [catalogueColumn(path, "new")])),
  replaceColumns: writes((tx, { repository, path }) => replaceColumns(tx, repository, [catalogueColumn(path, "new")])),
  // what takes away
  deleteSkeleton: writes((tx, { repository }) => deleteSkeleton(tx, repository)),
  skeletonFromCommits: writes((tx, { repository }) => skeletonFromCommits(tx, repository)),
  deleteFoundPaths: writes((tx, { repository }) => deleteFoundPaths(tx, repository)),
  deleteCommitsBetween: writes((tx, { repository }) => deleteCommitsBetween(tx, repository, 0, 9)),
  deleteCommitsAt: writes((tx, { repository }) => deleteCommitsAt(tx, repository, [0, 1])),
  deleteCommits: writes((tx, { repository }) => deleteCommits(tx, repository)),
  deleteUnusedShapes: writes(async (tx, { repository }) => {
    await deleteNumbered(tx, "metric_file", repository, [1, 2]);
    await deleteUnusedShapes(tx, repository);
  }),
  deleteNumbered: writes(async (tx, { repository }) => {
    await deleteNumbered(tx, "metric_file", repository, [1, 2]);
    await deleteNumbered(tx, "metric_shape", repository, [HIGH]);
  }),
  deleteFiles: writes((tx, { repository }) => deleteFiles(tx, repository)),
  deleteShapes: writes(async (tx, { repository }) => {
    await deleteFiles(tx, repository);
    await deleteShapes(tx, repository);
  }),
  deleteRepository: writes((tx, { repository }) => deleteRepository(tx, repository)),
  ...ARCHIVE_CALLS,
};

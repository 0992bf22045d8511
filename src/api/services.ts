// What routes call: reads, use cases, and what the server itself keeps. Made once by createServer().
import type { ChoiceChange } from "../domain/column-choice.ts";
import type { OrganizationId, RepositoryId, Sha } from "../domain/model.ts";
import type { PathChanges } from "../domain/path-changes.ts";
import type { Reads } from "../reads/reads.ts";
import type { Database } from "../store/database.ts";
import type { StoredEvent } from "../store/event-page.ts";
import type { AccountCalls } from "../workspace/account-calls.ts";
import type { AccountPerson } from "../workspace/account-person.ts";
import type { RepositoryChanges } from "../workspace/change-repository.ts";
import type { IdentityChoice } from "../workspace/choose-files.ts";
import type { PatternPreview, RowChoice, RowsQuery } from "../workspace/preview-files.ts";
import type { WebhookCalls } from "../workspace/webhook-calls.ts";
import type { Callers } from "./caller.ts";
import type { ExportPlaces } from "./export-places.ts";
import type { SignIn } from "./sign-in.ts";
import type { StreamHub } from "./stream-hub.ts";

/** What people do, as the workspace carries it out. `user`: whose doing an event is. */
export interface UseCases {
  /** @returns the id of the new repository, whose import is under way */
  addRepository(
    person: AccountPerson,
    address: { readonly url: string; readonly account: string | null },
  ): Promise<RepositoryId>;
  /** @returns the id of the event that asks for it */
  requestSync(organization: OrganizationId, repository: RepositoryId, user: string): Promise<string>;
  changeRepository(
    organization: OrganizationId,
    repository: RepositoryId,
    changes: RepositoryChanges,
    user: string,
  ): Promise<boolean>;
  chooseColumn(
    organization: OrganizationId,
    repository: RepositoryId,
    choice: { readonly id: string; readonly change: ChoiceChange },
  ): Promise<void>;
  retryEvent(organization: OrganizationId, repository: RepositoryId, event: string, user: string): Promise<void>;
  /** @returns the delivery, which led to no repository and is read once more */
  retryStrayDelivery(
    organization: OrganizationId,
    which: { readonly webhook: string; readonly event: string },
    user: string,
  ): Promise<StoredEvent>;
  /** @returns why its webhook is still there at its provider; null when it is not */
  removeRepository(organization: OrganizationId, repository: RepositoryId): Promise<string | null>;
  /** @returns the id of the event that reads the history once more, or null when nothing changed */
  changeMetricFiles(
    organization: OrganizationId,
    repository: RepositoryId,
    changes: PathChanges,
    user: string,
  ): Promise<string | null>;
  /** @returns the id of the event that reads the history once more, or null when nothing changed */
  chooseIdentity(
    organization: OrganizationId,
    repository: RepositoryId,
    choice: IdentityChoice,
    user: string,
  ): Promise<string | null>;
  previewPattern(
    organization: OrganizationId,
    asked: { readonly repository: RepositoryId; readonly pattern: string },
  ): Promise<PatternPreview>;
  readRows(organization: OrganizationId, asked: RowsQuery): Promise<RowChoice>;
}

/** A file of a commit, to be read from Git. */
export interface RawFileRequest {
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
  readonly sha: Sha;
  readonly path: string;
}

/** Reads a file's bytes; rejects with our errors. */
export type ReadRawFile = (file: RawFileRequest) => Promise<Uint8Array>;

/** What routes call. */
export interface Services {
  readonly database: Database;
  readonly reads: Reads;
  readonly useCases: UseCases;
  readonly accounts: AccountCalls;
  readonly webhooks: WebhookCalls;
  readonly readRawFile: ReadRawFile;
  readonly callers: Callers;
  readonly signIn: () => Promise<SignIn>;
  readonly streams: StreamHub;
  readonly exports: ExportPlaces;
  /** seconds between two looks at a repository's refs without a webhook; 0: there are none */
  readonly pollSeconds: number;
  /** the version of this program: another one may put the same rows into other words */
  readonly release: string;
}

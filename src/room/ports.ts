// Types of everything that the Worker passes to a room: its limits, and the stores behind it, which
// may be unavailable.

import type { Member } from '../contract/entities.ts'
import type { Build } from '../contract/routes/health.ts'
import type { ErasureMode } from '../contract/values.ts'
import type { ArchiveRow, UnknownAuthors } from '../domain/archive-row.ts'
import type { Endings } from '../domain/endings.ts'
import type { Fence, FenceCheck } from '../domain/fence.ts'
import type { StoredMessage } from '../domain/message.ts'
import type { RestoredModeration, StoredPurge } from '../domain/moderation.ts'
import type { ArchivedReactions } from '../domain/reactions.ts'
import type {
  ExcludedBounds,
  MessageRevision,
  RestorePage,
  SendKey,
} from '../domain/restored-state.ts'
import type { Verified } from '../domain/session.ts'
import type { SystemClock } from '../system-clock.ts'
import type { LimitRules } from './limits/rate-limits.ts'
import type { Retention } from './log/event-kind.ts'

export type Archive = {
  /**
   * Writes rows of all kinds in one transaction. Idempotent: the higher revision wins. An empty list
   * tests whether the archive accepts writes.
   * @param fence compared and set in the same transaction; null: the rows are not the log's next ones
   */
  write(
    rows: ArchiveRow[],
    fence: FenceCheck | null,
    unknownAuthors?: UnknownAuthors,
  ): Promise<void>
  /** @returns undefined: no log of this room ever wrote to the archive */
  readFence(): Promise<Fence | undefined>
  /** How many bytes a row adds to the request that writes it. */
  bytesOf(row: ArchiveRow): number
  find(id: string): Promise<StoredMessage | undefined>
  /**
   * Deletes messages below this id, the oldest first, and refuses later writes of them.
   * @returns how many were deleted, at most `max`
   */
  expire(before: string, max: number): Promise<number>
  writeLastSeen(entries: { user_id: string; at: number }[]): Promise<void>
  /**
   * `fence_mismatch`, an SQLSTATE, `http_` with a status, or a word for any other fault. Safe to log.
   */
  faultCode(error: unknown): string
}

/** What moderation asks of the archive. */
export type ModerationArchive = {
  findMember(id: string): Promise<Member | undefined>
  /** Deletes a purged range in the archive, a step at a time. @returns whether there is more to do */
  purge(purge: StoredPurge): Promise<boolean>
  /** Removes what need not be kept any longer. @param now in milliseconds */
  tidyModeration(now: number): Promise<void>
}

/** What reactions to messages that the log no longer has ask of the archive. */
export type ReactionArchive = {
  findReactions(messageId: string): Promise<ArchivedReactions>
}

/** What brings an archive that was set back or lost to what the room knows. All of it is idempotent. */
export type ArchiveRepair = {
  /** The id of the newest message; null: there is none. */
  newestId(): Promise<string | null>
  /** Deactivates the users, and ends their sessions and these. */
  endAccounts(endings: Endings): Promise<void>
  /**
   * Erases an account that was erased at `at` (ms), a step at a time.
   * @returns whether there is more to do
   */
  eraseAccount(userId: string, mode: ErasureMode, at: number): Promise<boolean>
}

/** What only a room asks that lost its storage, or whose storage was set back. */
export type RestoreSource = {
  /**
   * Ends the writes of every former epoch to Postgres.
   * @returns the former epochs, oldest first
   */
  claimFence(epoch: string): Promise<string[]>
  readForRestore(bounds: ExcludedBounds): Promise<RestorePage>
  /** Those of these messages that Postgres has. */
  readRevisions(ids: string[]): Promise<MessageRevision[]>
  /** Those of these messages whose reactions Postgres has, or which are deleted there. */
  readReactionRevisions(ids: string[]): Promise<MessageRevision[]>
  readModeration(): Promise<RestoredModeration>
  /** The messages, newer than an id, that sends with these keys have made. */
  findSends(keys: SendKey[], above: string): Promise<(SendKey & { message_id: string })[]>
}

export type Mirror = {
  writePresence(members: Member[]): Promise<void>
  writeSends(sends: { user_id: string; id: string }[], now: number): Promise<void>
  readSends(now: number): Promise<{ user_id: string; at: number }[]>
}

export type RoomPorts = {
  systemClock: SystemClock
  /** The build that the room was started from, which may be older than the Worker's. */
  build: Build | null
  /** The machine's time in milliseconds since the epoch, read outside of the room's object, whose own clock may stand still. */
  machineNow: () => Promise<number>
  /** How long after its issue an access token is accepted at most, in milliseconds. */
  tokenLifeMs: number
  /** How long a session lives at most after its tokens were last renewed, in milliseconds. */
  sessionLifeMs: number
  /** Verifies an access token that a client sends to renew its connection. */
  verify: (token: string, now: number) => Promise<Verified>
  limits: LimitRules
  /** After how many days messages are deleted everywhere; 0: never. */
  retentionDays: number
  moderation: {
    /** After how many milliseconds an account is established. */
    establishedAfterMs: number
    /** How many days the text of a reported message is kept; 0: never. */
    snapshotDays: number
  }
  /** How much the room's log keeps. */
  retention: Retention
  /** The most sockets in total, of one user, and from one network address. */
  sockets: { room: number; user: number; address: number }
  archive: Archive & ModerationArchive & ReactionArchive & RestoreSource
  repair: ArchiveRepair
  mirror: Mirror
  /** Higher than at the last start: the room begins a new log with what Postgres has. */
  generation: number
}

// The calls that the Worker may make to the room. Types only, and words that both sides must know,
// because the room is reached by RPC.
// Names of methods and fields stay as they are, also old words such as `bar` and `setAside`: after a
// deploy, rooms and Workers of the release before still use them.

import type { Member, Message } from '../contract/entities.ts'
import type { Restrictions, Role, Room } from '../contract/moderation.ts'
import type { Refusal } from '../contract/problems.ts'
import type { OwnReactions, ReactionSet } from '../contract/reactions.ts'
import type { Rearchive } from '../contract/rearchive.ts'
import type { DeadLetter, RoomReport } from '../contract/room-report.ts'
import type { Build } from '../contract/routes/health.ts'
import type { ErasureMode } from '../contract/values.ts'
import type { KnownFence } from '../domain/fence.ts'
import type {
  IdRange,
  IdsAfter,
  MessageVersion,
  Overlay,
  RoomShare,
  Unflushed,
} from '../domain/history.ts'
import type { StoredMessage } from '../domain/message.ts'
import type {
  ModerationAnswer,
  ModerationCall,
  ModerationKind,
} from '../domain/moderation-calls.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import type { MessageRange, OwnInRoom, ReactionSetOf, WhoBounds } from '../domain/reactions.ts'
import type { RoomMarker } from '../domain/read-marker.ts'
import type { MessageReferences } from '../domain/references.ts'
import type { Caller } from '../domain/session.ts'

export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: Refusal }

export type NewMessage = {
  content: string
  clientId: string
  references: MessageReferences | null
}

export type SentMessage = {
  message: Message
  /** false: an earlier request with the same `client_id` created the message. */
  fresh: boolean
}

/**
 * An answer as JSON text. No other answer ever has the same tag; null: the answer is not worth
 * caching. `text` is null when the caller presented this tag.
 */
export type TaggedJson = {
  tag: string | null
  text: string | null
  /** What the caller has chosen for the messages of a page. A room of an earlier release does not send it. */
  own?: OwnReactions
}

/** `restoring`: it waits for Postgres, to restore what it lost. `sealed`: another room takes over. */
export type ClosedReason = 'restoring' | 'sealed'

/** A closed room throws an error with this message, which the Worker passes on. */
export const closedMessages: Record<ClosedReason, string> = {
  restoring:
    'The room has to restore what it lost, and Postgres does not answer yet. Try again soon.',
  sealed: 'This room is sealed, because another one takes over. Try again in a minute.',
}

export type RoomState = {
  /** Why the room is closed; absent: it is open. */
  closed?: ClosedReason
  /** Rows that Postgres does not have yet, and the age of the oldest in milliseconds. */
  dirty: number
  oldestDirtyMs: number | null
  setAside: number
  /** Code of the last error of the outbox; null when the last flush went through. */
  postgresError: string | null
  sockets: number
  /** What its log knows of the fence in Postgres. A room of an earlier release does not say it. */
  fence?: KnownFence
  /** What the room runs. A room of an earlier release does not say it. */
  build?: Build | null
}

export type UnflushedQuery = IdRange & { kind: 'search' | 'mentions' }

/** What the room knows of a person besides the account. */
export type Standing = { role: Role; restrictions: Restrictions }

/** With the unread messages and mentions among those that the room has, each up to `limits.unreadMax`. */
export type RoomReadState = RoomMarker & { unread: number; mentions: number }

export interface RoomCalls {
  send(author: Caller, content: string, clientId: string): Promise<Outcome<SentMessage>>
  /** The same for a message that refers to something. Rooms of wire version 1.0 do not know it. */
  sendMessage(author: Caller, message: NewMessage): Promise<Outcome<SentMessage>>
  edit(author: Caller, id: string, content: string): Promise<Outcome<Message>>
  remove(author: Caller, id: string): Promise<Outcome<null>>
  /** @param before an id: only older messages are returned; null: from the newest */
  newest(before: string | null, limit: number): Promise<RoomShare>
  /**
   * The same as the JSON of the answer, when the room has the whole page. Rooms of wire version 1.0 do not know it.
   * @param known the tag of an earlier answer
   * @param caller whose own reactions come with the page; null: nobody's
   */
  historyPage(
    before: string | null,
    limit: number,
    known: string | null,
    caller?: Caller | null,
  ): Promise<TaggedJson | RoomShare>
  /** The same for a Worker of the release before, which knows pages without `position`. */
  page(before: string | null, limit: number, known: string | null): Promise<TaggedJson | RoomShare>
  /**
   * The undeleted messages that came next after an id, as far as the archive may lack them. Rooms of wire
   * version 1.0 do not know it.
   */
  idsAfter(id: string, count: number): Promise<IdsAfter>
  /** Changes to the messages of a page since it was read. Rooms of wire version 1.0 do not know it. */
  overlay(shown: MessageVersion[]): Promise<Overlay>
  /** Replaces the caller's reactions to a message. Rooms of wire version 1.0 do not know it. */
  react(caller: Caller, messageId: string, reactions: string[]): Promise<Outcome<ReactionSet>>
  /**
   * A person's reactions to messages whose reactions the room has. Rooms of wire version 1.0 do not know it.
   * @param of a caller whose session may have ended, or the id of a person whom the Worker has checked
   * @param wanted ids of messages, or all of a range
   */
  ownReactions(of: Caller | string, wanted: string[] | MessageRange): Promise<Outcome<OwnInRoom>>
  /**
   * The people who reacted to a message; null: only the archive knows. Rooms of wire version 1.0 do not know it.
   */
  whoReacted(messageId: string, bounds: WhoBounds): Promise<ReactionSetOf[] | null>
  /** Marks messages as read. Rooms of wire version 1.0 do not know it. */
  markRead(caller: Caller, messageId: string): Promise<Outcome<RoomMarker>>
  /**
   * What came after the marker. Rooms of wire version 1.0 do not know it.
   * @param archivedId the marker that the archive has; null: it has none, or was not asked
   */
  readState(caller: Caller, archivedId: string | null): Promise<Outcome<RoomReadState>>
  /** The newest message that a person has read; null: none is known. Rooms of wire version 1.0 do not know it. */
  lastRead(userId: string): Promise<string | null>
  /**
   * What the archive lacks, for a page of messages that the caller looks for. A search is charged to the
   * caller. Rooms of wire version 1.0 do not know it.
   */
  unflushed(caller: Caller, wanted: UnflushedQuery): Promise<Outcome<Unflushed>>
  online(): Promise<Member[]>
  /** The same as JSON. Rooms of wire version 1.0 do not know it. */
  onlineText(known: string | null): Promise<TaggedJson>
  state(): Promise<RoomState>

  /** The state that everyone is told. Rooms of wire version 1.0 do not know it. */
  settings(): Promise<Room>
  /** Role and restrictions. Rooms of wire version 1.0 do not know it. */
  standing(userId: string): Promise<Standing>
  /** @param caller null: the operator. Rooms of wire version 1.0 do not know it. */
  moderate(
    caller: Caller | null,
    call: ModerationCall,
  ): Promise<Outcome<ModerationAnswer<ModerationKind>>>
  /** Reports a message to the moderators. Rooms of wire version 1.0 do not know it. */
  reportMessage(caller: Caller, messageId: string, reason: string | null): Promise<Outcome<null>>

  /** Refuses a caller whose session was revoked or whose user is banned. */
  admits(caller: Caller): Promise<Outcome<null>>
  /** Closes the sockets of these sessions with 4401 and refuses their tokens until those expire. */
  revoke(sessionIds: string[]): Promise<void>
  /** Bans the user: closes all their sockets with 4403 and refuses every token issued so far. */
  bar(userId: string): Promise<void>
  unbar(userId: string): Promise<void>
  /**
   * Removes the name from the log, and the messages if asked, and broadcasts it. Safe to repeat.
   */
  erase(userId: string, mode: ErasureMode): Promise<void>
  /** The user's messages whose current state Postgres may not have yet, in id order. */
  unwritten(userId: string, bounds: OwnBounds): Promise<StoredMessage[]>

  /** Deletes anyone's message, for the operator. */
  removeAny(id: string): Promise<Outcome<null>>
  setAside(): Promise<DeadLetter[]>
  retrySetAside(): Promise<void>
  report(): Promise<RoomReport>
  /** Writes everything up to now to Postgres. Rooms of wire version 1.0 do not know it. */
  flushNow(): Promise<Outcome<RoomReport>>
  /** Begins to repair a Postgres that was set back or lost. Rooms of wire version 1.0 do not know it. */
  rearchive(): Promise<Outcome<Rearchive>>
  recomputePresence(): Promise<void>
  /**
   * Asks all clients to reconnect within this many milliseconds, then closes the rest with 1012.
   */
  sendAway(withinMs: number): Promise<void>
  /**
   * Closes the room for good, unless Postgres lacks something. Rooms of wire version 1.0 do not know it.
   */
  seal(): Promise<Outcome<null>>
}

/** The owner of a new socket. The Worker has checked it, and the room trusts only the Worker. */
export type JoinRequest = Caller & {
  /** Seconds since the epoch. */
  tokenExpiresAt: number
  /** The client accepts arrays of frames. */
  batching: boolean
  resume: { epoch: string; since: number } | null
  /** A digest of the network address. A Worker of an earlier release does not send it. */
  address?: string
}

/** Carries a `JoinRequest` as URI-encoded JSON, on a new request that the Worker makes. */
export const joinRequestHeader = 'x-admission'

/** On a plain response: the close code with which the Worker must refuse the upgrade. */
export const closeCodeHeader = 'x-close-code'

/** Beside it: a frame as URI-encoded JSON that the Worker must send before the close. */
export const farewellHeader = 'x-farewell'

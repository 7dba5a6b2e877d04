// The calls that the Worker may make to the room. Types only, because the room is reached by RPC.

import type { Member, Message } from '../contract/entities.ts'
import type { Refusal } from '../contract/problems.ts'
import type { Remains } from '../contract/routes/accounts.ts'
import type { RoomReport, SetAside } from '../contract/routes/admin.ts'
import type { Overlay, Shown, Tail } from '../domain/history.ts'
import type { KeptMessage } from '../domain/message.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import type { Caller } from '../domain/session.ts'

export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: Refusal }

export type Sent = {
  message: Message
  /** false: an earlier request with the same `client_id` created the message. */
  fresh: boolean
}

/**
 * An answer as JSON text. No other answer ever has the same tag; null: the answer is not worth
 * caching. `text` is null when the caller presented this tag.
 */
export type Answered = { tag: string | null; text: string | null }

export type RoomState = {
  /** Rows that Postgres does not have yet, and the age of the oldest in milliseconds. */
  dirty: number
  oldestDirtyMs: number | null
  setAside: number
  /** Code of the last error of the outbox; null when the last flush went through. */
  postgresError: string | null
  sockets: number
}

export interface RoomCalls {
  send(author: Caller, content: string, clientId: string): Promise<Outcome<Sent>>
  edit(author: Caller, id: string, content: string): Promise<Outcome<Message>>
  remove(author: Caller, id: string): Promise<Outcome<null>>
  /** @param before an id: only older messages are returned; null: from the newest */
  newest(before: string | null, limit: number): Promise<Tail>
  /**
   * The same as the JSON of the answer, when the room has the whole page. New in this release.
   * @param known the tag of an earlier answer
   */
  page(before: string | null, limit: number, known: string | null): Promise<Answered | Tail>
  /** Changes to the messages of a page since it was read. New in this release. */
  overlay(shown: Shown[]): Promise<Overlay>
  online(): Promise<Member[]>
  /** The same as JSON. New in this release. */
  onlineText(known: string | null): Promise<Answered>
  state(): Promise<RoomState>

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
  erase(userId: string, remains: Remains): Promise<void>
  /** The user's messages whose current state Postgres may not have yet, in id order. */
  unwritten(userId: string, bounds: OwnBounds): Promise<KeptMessage[]>

  /** Deletes anyone's message, for the operator. */
  removeAny(id: string): Promise<Outcome<null>>
  setAside(): Promise<SetAside[]>
  retrySetAside(): Promise<void>
  report(): Promise<RoomReport>
  recomputePresence(): Promise<void>
  /**
   * Asks all clients to reconnect within this many milliseconds, then closes the rest with 1012.
   */
  sendAway(withinMs: number): Promise<void>
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

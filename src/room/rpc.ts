// What the Worker may ask of the room. Types only: the room is reached by RPC.

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
  /** false: an earlier try had made it. */
  fresh: boolean
}

/**
 * An answer as JSON. No other answer ever has its tag; null: it is not worth keeping.
 * `text` is null where the tag was known.
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
  /** @param before an id: what is older than it; null: from the newest */
  newest(before: string | null, limit: number): Promise<Tail>
  /**
   * The same as the JSON of the answer, where the room can give all of it. New in this release.
   * @param known the tag of what was answered before
   */
  page(before: string | null, limit: number, known: string | null): Promise<Answered | Tail>
  /** What became of the messages of a page. New in this release. */
  overlay(shown: Shown[]): Promise<Overlay>
  online(): Promise<Member[]>
  /** The same as JSON. New in this release. */
  onlineText(known: string | null): Promise<Answered>
  state(): Promise<RoomState>

  /** Refused while the session was revoked or its user barred. */
  admits(caller: Caller): Promise<Outcome<null>>
  /** Closes the sockets of these sessions with 4401 and refuses their tokens until those expire. */
  revoke(sessionIds: string[]): Promise<void>
  /** Closes all sockets of the user with 4403 and refuses every token issued so far. */
  bar(userId: string): Promise<void>
  unbar(userId: string): Promise<void>
  /** The name goes from the log, the messages too if so asked; everyone is told. Safe to repeat. */
  erase(userId: string, remains: Remains): Promise<void>
  /** What the user's messages are now, where Postgres may not know it yet; in the order of ids. */
  unwritten(userId: string, bounds: OwnBounds): Promise<KeptMessage[]>

  /** By the operator, of anyone's. */
  removeAny(id: string): Promise<Outcome<null>>
  setAside(): Promise<SetAside[]>
  retrySetAside(): Promise<void>
  report(): Promise<RoomReport>
  recomputePresence(): Promise<void>
  /** Tells everyone to come back within so many milliseconds, then closes who stayed with 1012. */
  sendAway(withinMs: number): Promise<void>
}

/** Who a socket belongs to. The Worker has checked it; the room trusts only the Worker. */
export type JoinRequest = Caller & {
  /** Seconds since the epoch. */
  tokenExpiresAt: number
  /** Takes arrays of frames. */
  batching: boolean
  resume: { epoch: string; since: number } | null
  /** A digest of the network address. Missing from a Worker of before there was one. */
  address?: string
}

/** Carries an `Admission` as URI-encoded JSON, on a request that the Worker makes anew. */
export const joinRequestHeader = 'x-admission'

/** On a plain answer: the close code that the Worker is to refuse the upgrade with. */
export const closeCodeHeader = 'x-close-code'

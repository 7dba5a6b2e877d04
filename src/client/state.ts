// The state of the chat for an application: one immutable object, replaced at each change.

import type { Member, Message, Referenced, Restriction, Role, Room } from './contract.ts'
import type { ChatProblem } from './problem.ts'

/**
 * - `idle`: not connected, before `connect` or after `close`
 * - `connecting`: connecting for the first time since `connect`. Attempts may fail meanwhile (see `problem` and `retryAt`)
 * - `online`: `messages` is up to date, and new events come live
 * - `reconnecting`: the connection was lost, and the client reconnects automatically (see `retryAt`)
 * - `stopped`: the client does not reconnect automatically (see `stopped`); `connect` starts again.
 *   Only when a ban is over, the client itself starts again (see `retryAt`)
 */
export type ChatStatus = 'idle' | 'connecting' | 'online' | 'reconnecting' | 'stopped'

/**
 * - `signed_out`: there is no valid token: log in, then `connect`
 * - `account_changed`: another account logged in in this browser: log in again, then `connect`
 * - `refused`: the account or the origin of the page is not allowed
 * - `banned`: a moderator has banned the user (see `ban`). If the ban ends, the client reconnects then
 * - `replaced`: newer connections of this user replaced this one; `connect` replaces the oldest
 * - `fault`: the room did not understand this client, or no socket can be opened (see `problem`)
 */
export type StopReason =
  | 'signed_out'
  | 'account_changed'
  | 'refused'
  | 'banned'
  | 'replaced'
  | 'fault'

/**
 * A message that the room has accepted. `referenced` is the message that it replies to, and is kept up
 * to date. It is absent while the client does not have that message: `ChatClient.message` loads it.
 */
export type SentMessage = Message & {
  /** A unique key for lists. A message keeps the key of its optimistic entry. */
  readonly key: string
  readonly state: 'sent'
  /**
   * What the user has chosen as reactions; absent: nothing. `reactions.counts` includes it, also before the
   * room has acknowledged it.
   */
  readonly ownReactions?: readonly string[]
}

/** An own message that the room has not accepted yet (`sending`), or has refused (`failed`). */
export type PendingMessage = {
  readonly key: string
  readonly state: 'sending' | 'failed'
  /** Why sending failed; null while `sending`. */
  readonly problem: ChatProblem | null
  readonly id: null
  readonly client_id: string
  /** Empty until the first welcome, if the application did not give the user. */
  readonly user_id: string
  readonly username: string
  readonly content: string
  /** By this device's clock. */
  readonly created_at: string
  readonly updated_at: null
  readonly is_deleted: false
  readonly revision: 0
  readonly reply_to?: string | undefined
  readonly referenced?: Referenced | undefined
  readonly mentions?: string[] | undefined
  readonly mentions_room?: true | undefined
}

export type ChatMessage = SentMessage | PendingMessage

/**
 * A part of the history around one message, which is not in `messages`. There are newer messages
 * between it and `messages`. It ends by itself when it has reached `messages`.
 */
export type DetachedView = {
  /** Accepted messages, oldest first. As stable as `ChatState.messages`. */
  readonly messages: readonly SentMessage[]
  /** Whether `history` can load more messages. */
  readonly hasOlder: boolean
  /** The message of the last `jumpTo`. It may have been deleted since. */
  readonly targetId: string
}

export type ReadMarker = {
  /** The newest message that the user has read; null: none was marked, and nothing counts. */
  readonly lastReadId: string | null
  /** Messages of others since then; 100 means 100 or more. */
  readonly unread: number
  /** Those that mention the user or the room; 100 means 100 or more. */
  readonly mentions: number
}

export type ChatState = {
  readonly status: ChatStatus
  /** Why the client stopped; null unless `status` is `stopped`. */
  readonly stopped: StopReason | null
  /** Why the last attempt to connect failed; null while `online`, and where the connection just ended. */
  readonly problem: ChatProblem | null
  /**
   * When the next attempt starts; null without one. Measured like `sendPausedUntil`. While `stopped`,
   * it is the end of the ban, and null for a ban for good.
   */
  readonly retryAt: number | null
  /** Whether `connect` starts the next attempt at once: not if the service asked for the wait. */
  readonly retryNow: boolean
  /** The user; null until the first welcome, if the application did not give the user. */
  readonly user: Member | null
  /**
   * Accepted messages, oldest first, then the own pending ones. Deleted messages are left out. The
   * array stays the same until the list changes, and an entry until its message changes.
   */
  readonly messages: readonly ChatMessage[]
  /** Whether the newest page is loaded. Before that, `messages` has only pending ones. */
  readonly loaded: boolean
  /** Whether there are messages older than `messages`. */
  readonly hasOlder: boolean
  /** Whether `history` is loading a page, of `messages` or of `detached`. */
  readonly loadingOlder: boolean
  /** The part of the history that `jumpTo` has opened: to be shown instead of `messages`. */
  readonly detached: DetachedView | null
  /** How far the user has read; null until it is loaded after the first connect. */
  readonly readMarker: ReadMarker | null
  /**
   * The latest hundred users who joined, and those since, the own user among them. `onlineCount` counts
   * all. A user leaves some seconds after the last connection ended, so that a reload does not show.
   */
  readonly online: readonly Member[]
  readonly onlineCount: number
  /** Other users who are typing now. */
  readonly typing: readonly Member[]
  /**
   * When the next pending message is sent, if the rate limit or a busy room holds it back; else
   * null. Milliseconds since 1970, by the device's clock at the time when the state is read.
   */
  readonly sendPausedUntil: number | null
  /** Staff, limits, announcement and pins; null until the room has sent them. */
  readonly room: Room | null
  /** The role of the user in this room. */
  readonly role: Role
  /** Why and until when the user may not write; null without a mute, and when it is over. */
  readonly mute: Restriction | null
  /** Why and until when the user may not enter; null without a ban, and when it is over. */
  readonly ban: Restriction | null
  /** Code points that a message may have. */
  readonly maxContent: number
}

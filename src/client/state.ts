// What an application sees of the chat: one immutable value, replaced when something has changed.

import type { ChatProblem } from './problem.ts'
import type { Member, Message } from './wire.ts'

/**
 * - `idle`: not connected by wish (before `connect`, after `close`)
 * - `connecting`: on the way in for the first time since `connect`
 * - `online`: everything up to now is in `messages`, live from here on
 * - `reconnecting`: the line was lost; the client comes back by itself (see `retryAt`)
 * - `stopped`: it does not come back by itself (see `stopped`); `connect` starts anew
 */
export type ChatStatus = 'idle' | 'connecting' | 'online' | 'reconnecting' | 'stopped'

/**
 * - `signed_out`: no token, or none that is accepted: log in, then `connect`
 * - `account_changed`: another account logged in in this browser: log in again, then `connect`
 * - `refused`: the account or the origin of the page is not allowed
 * - `replaced`: a newer connection of this user took the place; `connect` takes it back
 * - `fault`: the room did not understand this client, or no socket can be opened (see `problem`)
 */
export type StopReason = 'signed_out' | 'account_changed' | 'refused' | 'replaced' | 'fault'

/** A message that the room has accepted. */
export type SentMessage = Message & {
  /** For lists: the same from the optimistic entry on, and no other message has it. */
  readonly key: string
  readonly state: 'sent'
}

/** An own message that the room has not accepted yet (`sending`), or will not (`failed`). */
export type PendingMessage = {
  readonly key: string
  readonly state: 'sending' | 'failed'
  /** Why it failed; null while `sending`. */
  readonly problem: ChatProblem | null
  readonly id: null
  readonly client_id: string
  /** Empty until the first welcome says who this is. */
  readonly user_id: string
  readonly username: string
  readonly content: string
  /** By this device's clock. */
  readonly created_at: string
  readonly updated_at: null
  readonly is_deleted: false
  readonly revision: 0
}

export type ChatMessage = SentMessage | PendingMessage

export type ChatState = {
  readonly status: ChatStatus
  /** Set while `status` is `stopped`. */
  readonly stopped: StopReason | null
  /** Why the last attempt to come in failed, where that is known; null while `online`. */
  readonly problem: ChatProblem | null
  /** When the next attempt starts; null while none is waited for. As `sendPausedUntil`. */
  readonly retryAt: number | null
  /** Whether `connect` starts that attempt at once: not where the service asked for the wait. */
  readonly retryNow: boolean
  /** Who this is; null until the first welcome, where the application did not say it. */
  readonly user: Member | null
  /**
   * Oldest first, then the own pending ones. Deleted messages are left out. The array is the same
   * one until the list changes, and an entry is the same object until that message changes.
   */
  readonly messages: readonly ChatMessage[]
  /** Whether the newest page was loaded: until then `messages` says nothing. */
  readonly loaded: boolean
  /** Whether `history` would bring more. */
  readonly hasOlder: boolean
  readonly loadingOlder: boolean
  /** The latest hundred who came, and those who came since. `onlineCount` counts everyone. */
  readonly online: readonly Member[]
  readonly onlineCount: number
  /** Others who are typing now. */
  readonly typing: readonly Member[]
  /**
   * When the next pending message goes out, where the rate limit or a busy room makes it wait; else
   * null. Milliseconds since the epoch, by the device's clock as it is when this state is read.
   */
  readonly sendPausedUntil: number | null
  /** Code points that a message may have. */
  readonly maxContent: number
}

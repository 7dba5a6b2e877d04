// Defines commands: plain functions that change the room's tables and return the outcome. A command
// must never await and never touch a socket, so that it applies at one instant, wholly or not at all.

import type { RoomFrame } from '../../contract/frames.ts'
import type { Refusal } from '../../contract/problems.ts'
import type { Notice } from '../broadcast/notices.ts'
import type { Outcome } from '../rpc.ts'

/** The result of a command. */
export type Applied<T> = {
  /** The answer to the caller alone. */
  outcome: Outcome<T>
  /** Events for all connections, in this order. */
  events?: RoomFrame[]
  /** Frames for single users, or for the moderators. */
  notices?: Notice[]
  /** Runs after the transaction of the command has succeeded: changes what is only in memory. */
  onSuccess?: () => void
}

export type Command<T> = () => Applied<T>

export function refused(refusal: Refusal): { outcome: Outcome<never> } {
  return { outcome: { ok: false, refusal } }
}

export function accepted<T>(value: T): { outcome: Outcome<T> } {
  return { outcome: { ok: true, value } }
}

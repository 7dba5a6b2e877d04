// Whatever goes wrong reaches the application as one kind of error, with a code to branch on.

import type { WireProblemCode } from './wire.ts'

/**
 * A code of the contract, or one of the client's own:
 * - `network`: there was no answer of the service, so the outcome is unknown
 * - `account_changed` is also the client's own: it refuses tokens of another account than its own
 * - `stopped`: the client was closed or has stopped (see `ChatState.stopped`)
 * - `outdated`: a message waited for more than 23 hours, and is not sent by itself any more
 * - `discarded`: a pending message was taken back, or belongs to someone else
 * - `storage`: pending messages could not be kept: a reload of the page would lose them
 * - `unsupported`: the client can't work in this place or with this `url`; `message` says what to do
 */
export type ChatProblemCode =
  | WireProblemCode
  | 'network'
  | 'stopped'
  | 'outdated'
  | 'discarded'
  | 'storage'
  | 'unsupported'

export type ChatProblemDetails = {
  /** Of the service's HTTP answer. */
  readonly status?: number | undefined
  /** For `invalid`: field → what is wrong with it. */
  readonly errors?: Record<string, string> | undefined
  /** Milliseconds to wait before trying again. */
  readonly retryAfterMs?: number | undefined
  /** What was thrown by the platform or by `getToken`, or the answer that is not the service's. */
  readonly cause?: unknown
}

/** `message` is a sentence for a person. */
export class ChatProblem extends Error implements ChatProblemDetails {
  readonly code: ChatProblemCode
  declare readonly status?: number | undefined
  declare readonly errors?: Record<string, string> | undefined
  declare readonly retryAfterMs?: number | undefined

  constructor(code: ChatProblemCode, message: string, details: ChatProblemDetails = {}) {
    super(message)
    this.code = code
    Object.assign(this, details)
  }
}

/** What was thrown by whoever, as a problem. */
export function problemOf(thrown: unknown): ChatProblem {
  if (thrown instanceof ChatProblem) return thrown
  return new ChatProblem('network', 'There was no answer.', { cause: thrown })
}

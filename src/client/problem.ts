// All failures reach the application as one kind of error, with a code to branch on.

import type { WireProblemCode } from './contract.ts'

/**
 * A code of the contract, or one of the client's own:
 * - `network`: the service did not answer, so the outcome is unknown
 * - `account_changed` is also thrown by the client itself, which refuses tokens of another account
 * - `stopped`: the client was closed or has stopped (see `ChatState.stopped`)
 * - `outdated`: a message waited for more than 23 hours, and is not sent automatically any more
 * - `discarded`: a pending message was discarded, or belongs to another user
 * - `storage`: pending messages could not be stored, so a reload of the page loses them
 * - `unsupported`: the client cannot work in this environment or with this `url`; `message` says what to do
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
  /** The status of the service's HTTP answer. */
  readonly status?: number | undefined
  /** For `invalid`: what is wrong, by field. */
  readonly errors?: Record<string, string> | undefined
  /** Milliseconds to wait before trying again. */
  readonly retryAfterMs?: number | undefined
  /** The error of the platform or of `getToken`, or the answer that is not from the service. */
  readonly cause?: unknown
}

/** `message` is a sentence for people. For `invalid`, it has the sentences of `errors`. */
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

/** Anything that was thrown, as a problem. @internal */
export function problemOf(thrown: unknown): ChatProblem {
  if (thrown instanceof ChatProblem) return thrown
  return new ChatProblem('network', 'The chat does not answer. Try again.', { cause: thrown })
}

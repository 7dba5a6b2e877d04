// The error that any rule throws to refuse a request. The error handler turns it into a response.

import type { Refusal } from '../contract/problems.ts'
import type { Outcome } from '../room/rpc.ts'

export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}

/** The value of an outcome, or the room's refusal as an error. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new ProblemError(outcome.refusal)
  return outcome.value
}

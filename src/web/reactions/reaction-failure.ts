// Says why a reaction was taken back.

import { problemOf } from '../../client/problem.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'

export function reactionFailure(thrown: unknown): string {
  const { code, message } = problemOf(thrown)
  switch (code) {
    case 'muted':
      return strings.reactionMuted
    case 'not_found':
      return strings.theMessageWasDeleted
    case 'invalid':
      return strings.reactionNotOffered
  }
  return fill(strings.reactionNotSaved, { reason: message })
}

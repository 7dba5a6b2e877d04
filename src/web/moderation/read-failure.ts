// Says why something could not be read.

import { problemOf } from '../../client/problem.ts'
import * as strings from '../strings/en.json'
import { moderationFailure } from '../text/failures.ts'

export function readFailure(thrown: unknown): string {
  // Nothing was asked to be done.
  if (problemOf(thrown).code === 'network') return strings.theServiceDidNotAnswerTryAgain
  return moderationFailure(thrown)
}

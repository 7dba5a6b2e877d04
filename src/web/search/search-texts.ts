// The sentences of the search panel.

import { problemOf } from '../../client/problem.ts'
import * as strings from '../strings/en.json'
import { fill, plural } from '../strings/fill.ts'
import { formatDuration } from '../text/times.ts'
import type { SearchState } from './search-state.ts'

export function searchFailure(thrown: unknown): string {
  const { code, errors, message } = problemOf(thrown)
  switch (code) {
    case 'rate_limited':
      return strings.tooManySearches
    case 'invalid':
      return Object.values(errors ?? {})[0] ?? message
    case 'network':
      return strings.theServiceDidNotAnswer
    case 'unavailable':
    case 'room_busy':
      return strings.searchIsNotAvailableRightNowTry
  }
  return message
}

/** How a search that failed is repeated. */
export function searchAgain(thrown: unknown): SearchState['again'] {
  const { code, retryAfterMs } = problemOf(thrown)
  if (code === 'invalid') return null
  if (code !== 'rate_limited') return { secondsLeft: null }
  return { secondsLeft: Math.max(1, Math.ceil((retryAfterMs ?? 60_000) / 1000)) }
}

export const searchWait = (seconds: number): string =>
  fill(strings.startsInDuration, { duration: formatDuration(seconds) })

/** What the panel says about the results. */
export function searchStatus({ phase, results, problem }: SearchState): string {
  if (problem !== null) return problem
  if (phase === 'short') return strings.typeAtLeast3Characters
  if (phase === 'searching') return strings.searching
  if (phase !== 'done' || !results) return ''
  const { hits, nextCursor, request } = results
  if (hits.length > 0 && request.q === '') return strings.messagesThatMentionYou
  if (hits.length > 0) return foundText(hits.length, nextCursor !== null)
  if (nextCursor !== null) return strings.nothingFoundSoFar
  return request.q === '' ? strings.nobodyHasMentionedYouYet : strings.nothingFound
}

function foundText(count: number, hasMore: boolean): string {
  if (hasMore) return fill(strings.theLatestCountMessages, { count })
  return plural(strings.countMessages, count)
}

// The sentences of the search panel.

import { problemOf } from '../../client/problem.ts'
import { formatDuration } from '../text/times.ts'
import type { SearchState } from './search-state.ts'

export function searchFailure(thrown: unknown): string {
  const { code, errors, message } = problemOf(thrown)
  switch (code) {
    case 'rate_limited':
      return 'Too many searches. This one will start again by itself.'
    case 'invalid':
      return Object.values(errors ?? {})[0] ?? message
    case 'network':
      return 'The service did not answer.'
    case 'unavailable':
    case 'room_busy':
      return 'Search is not available right now. Try again in a moment.'
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

export const searchWait = (seconds: number): string => `Starts in ${formatDuration(seconds)}.`

/** What the panel says about the results. */
export function searchStatus({ phase, results, problem }: SearchState): string {
  if (problem !== null) return problem
  if (phase === 'short') return 'Type at least 3 characters.'
  if (phase === 'searching') return 'Searching…'
  if (phase !== 'done' || !results) return ''
  const { hits, nextCursor, request } = results
  if (hits.length > 0 && request.q === '') return 'Messages that mention you'
  if (hits.length > 0) return foundText(hits.length, nextCursor !== null)
  if (nextCursor !== null) return 'Nothing found so far.'
  return request.q === '' ? 'Nobody has mentioned you yet.' : 'Nothing found.'
}

function foundText(count: number, hasMore: boolean): string {
  if (hasMore) return `The latest ${count} messages`
  return count === 1 ? '1 message' : `${count} messages`
}

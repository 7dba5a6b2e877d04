// The hits of a search follow their messages: a deleted one goes away, and so does one whose new text has not
// the term.

import type { Hit } from '../../client/contract.ts'
import type { Mutation } from '../../client/events.ts'
import { mutated } from '../mutated.ts'

/** Code points before the first match, and of the whole excerpt. */
const leadMax = 60
const excerptMax = 200

/**
 * @param q the term; empty: the hits are whole messages
 * @returns the same array if nothing has changed
 */
export function followedHits(
  hits: readonly Hit[],
  q: string,
  mutations: readonly Mutation[],
): readonly Hit[] {
  const next = hits.flatMap((hit) => followed(hit, q, mutations) ?? [])
  const isSame = next.length === hits.length && next.every((hit, index) => hit === hits[index])
  return isSame ? hits : next
}

function followed(hit: Hit, q: string, mutations: readonly Mutation[]): Hit | null {
  let message: Hit['message'] | null = hit.message
  for (const mutation of mutations) message = message && mutated(message, mutation)
  if (message === null || message === hit.message) return message && hit
  if (message.content === hit.message.content) return { ...hit, message }
  return q === '' ? { message, excerpt: message.content, matches: [] } : hitOf(message, q)
}

/** @returns null: the text has not the term */
function hitOf(message: Hit['message'], q: string): Hit | null {
  const { content } = message
  const lengthOf = (text: string) => [...text].length
  const term = new RegExp(q.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'giu')
  const matches = [...content.matchAll(term)].map(({ index, 0: found }) => {
    const start = lengthOf(content.slice(0, index))
    return { start, end: start + lengthOf(found) }
  })
  if (!matches[0]) return null
  const from = Math.max(0, matches[0].start - leadMax)
  const to = from + excerptMax
  return {
    message,
    excerpt: [...content].slice(from, to).join(''),
    matches: matches
      .filter(({ start }) => start < to)
      .map(({ start, end }) => ({ start: start - from, end: Math.min(end, to) - from })),
  }
}

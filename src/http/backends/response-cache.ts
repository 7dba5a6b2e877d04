// Caches large responses of the room per isolate. The room is still asked each time, but with the
// tag of the cached response, and then answers only that the cached one is still valid.

import type { Context, TypedResponse } from 'hono'
import type { TaggedJson } from '../../room/rpc.ts'

/** A response of the room and its tag. */
export type CachedResponse = { tag: string; text: string }

/** One response may have a megabyte. */
const maxEntries = 8
const cache = new Map<string, CachedResponse>()

/** @param name identifies the query */
export function cachedResponse(name: string): CachedResponse | undefined {
  return cache.get(name)
}

/** Returns the text of an answer to a request that carried the tag of `known`. */
export function responseText(
  { tag, text }: TaggedJson,
  name: string,
  known: CachedResponse | undefined,
): string {
  if (text !== null) {
    if (tag !== null) store(name, { tag, text })
    return text
  }
  if (!known) throw new Error('The room left out a text that it was not shown the tag of.')
  return known.text
}

function store(name: string, answer: CachedResponse): void {
  cache.delete(name)
  cache.set(name, answer)
  const [oldest = name] = cache.keys()
  if (cache.size > maxEntries) cache.delete(oldest)
}

/** @param json the text of an object @param value undefined: nothing is added */
export function withField(json: string, name: string, value: object | undefined): string {
  return value ? `${json.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}` : json
}

/** @param json the text of a `T`, as the room wrote it */
export function jsonResponse<T>(
  c: Context,
  json: string,
): TypedResponse<T, 200, 'json'> & Response {
  const answer = c.body(json, 200, { 'content-type': 'application/json' })
  return answer as unknown as TypedResponse<T, 200, 'json'> & Response
}

// Reads pages of the history as JSON. Every client that joins asks for the newest page, so that
// page is encoded once and reused until the log changes.

import { answeredByTail, pageOfTail, type Tail, toPage } from '../../domain/history.ts'
import { CachedJson } from '../cached-json.ts'
import type { Log } from '../log/log.ts'
import type { Answered } from '../rpc.ts'

/** For how many values of `limit` the newest page is cached: one may have a megabyte. */
const cachedLimitsMax = 4

type Uses = { log: Log; outbox: { flushedSeq: number } }

export class PageCache {
  readonly #uses: Uses
  readonly #newestByLimit = new Map<number, CachedJson>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** @returns the room's part of the page (a `Tail`) when the room alone cannot answer */
  read(before: string | null, limit: number, knownTag: string | null): Answered | Tail {
    const { log, outbox } = this.#uses
    // Every change has an event; pruning has none, but it can make a page shorter.
    const state = `${log.position.seq} ${log.prunedSeq}`
    const cached = before === null ? this.#newestByLimit.get(limit)?.get(state, knownTag) : null
    if (cached) return cached

    const tail = log.tail(before, limit, outbox.flushedSeq)
    if (!answeredByTail(tail, limit)) return tail
    const text = JSON.stringify(toPage(pageOfTail(tail, limit), tail.session))
    return before === null ? this.#cacheFor(limit).set(state, text) : { tag: null, text }
  }

  #cacheFor(limit: number): CachedJson {
    const cache = this.#newestByLimit.get(limit) ?? new CachedJson()
    if (this.#newestByLimit.size >= cachedLimitsMax && !this.#newestByLimit.has(limit))
      this.#newestByLimit.clear()
    this.#newestByLimit.set(limit, cache)
    return cache
  }
}

// Pages of the history as the text that is answered. The newest one is what everyone asks for who
// comes: it is made once, and given out until anything happens in the log.

import { answeredByTail, pageOfTail, type Tail, toPage } from '../../domain/history.ts'
import { CachedJson } from '../cached-json.ts'
import type { Log } from '../log/log.ts'
import type { Answered } from '../rpc.ts'

/** Newest pages of how many sizes are kept: one may have a megabyte. */
const sizesMax = 4

type Uses = { log: Log; outbox: { flushedSeq: number } }

export class PageCache {
  readonly #uses: Uses
  /** By their limit. */
  readonly #newest = new Map<number, CachedJson>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Where the room alone cannot answer: its part of the page. */
  read(before: string | null, limit: number, known: string | null): Answered | Tail {
    const { log, outbox } = this.#uses
    // No change is without an event, but what was forgotten leaves a page shorter.
    const state = `${log.position.seq} ${log.prunedSeq}`
    const kept = before === null ? this.#newest.get(limit)?.of(state, known) : null
    if (kept) return kept

    const tail = log.tail(before, limit, outbox.flushedSeq)
    if (!answeredByTail(tail, limit)) return tail
    const text = JSON.stringify(toPage(pageOfTail(tail, limit), tail.session))
    return before === null ? this.#place(limit).keep(state, text) : { tag: null, text }
  }

  #place(limit: number): CachedJson {
    const place = this.#newest.get(limit) ?? new CachedJson()
    if (this.#newest.size >= sizesMax && !this.#newest.has(limit)) this.#newest.clear()
    this.#newest.set(limit, place)
    return place
  }
}

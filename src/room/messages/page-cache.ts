// Reads pages of the history as JSON. Every client that joins asks for the newest page, so that
// page is encoded once and reused until the log changes.

import {
  answeredByRoom,
  newerCursor,
  pageOfShare,
  type RoomShare,
  toPage,
} from '../../domain/history.ts'
import { CachedJson } from '../cached-json.ts'
import type { ExpiryFloor } from '../log/expiry-floor.ts'
import type { Log } from '../log/log.ts'
import type { Messages } from '../log/messages/messages.ts'
import type { TaggedJson } from '../rpc.ts'

/** For how many values of `limit` the newest page is cached: one may have a megabyte. */
const cachedLimitsMax = 4

type Uses = {
  log: Log
  messages: Messages
  outbox: { flushedSeq: number }
  expiryFloor: ExpiryFloor
}

export class PageCache {
  readonly #uses: Uses
  readonly #newestByLimit = new Map<number, CachedJson>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** @returns the room's share of the page when the room alone cannot answer */
  read(before: string | null, limit: number, knownTag: string | null): TaggedJson | RoomShare {
    const { log, messages, outbox, expiryFloor } = this.#uses
    // Every change has an event; pruning and expiry have none, but can make a page shorter.
    const state = `${log.position.seq} ${log.prunedSeq} ${expiryFloor.id}`
    const cached = before === null ? this.#newestByLimit.get(limit)?.get(state, knownTag) : null
    if (cached) return cached

    const { position: session } = log
    const share = messages.roomShare(before, limit, { session, flushedSeq: outbox.flushedSeq })
    if (!answeredByRoom(share, limit)) return share
    const page = pageOfShare(share, limit)
    const shown = page.messages.map((message) => messages.toWire(message))
    const previousCursor = newerCursor(before, shown)
    const text = JSON.stringify(toPage({ ...page, messages: shown, previousCursor }, share.session))
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

// Reads pages of the history as JSON. Every client that joins asks for the newest page, so that
// page is encoded once and reused until the log changes.

import type { OwnReactions } from '../../contract/reactions.ts'
import {
  answeredByRoom,
  newerCursor,
  pageOfShare,
  type RoomShare,
  toPage,
} from '../../domain/history.ts'
import { chosenOnly } from '../../domain/reactions.ts'
import { CachedJson } from '../cached-json.ts'
import type { ExpiryFloor } from '../log/expiry-floor.ts'
import type { Log } from '../log/log.ts'
import type { Messages } from '../log/messages/messages.ts'
import type { ReactionTotals } from '../log/reactions/reaction-totals.ts'
import type { TaggedJson } from '../rpc.ts'

/** For how many values of `limit` the newest page is cached: one may have a megabyte. */
const cachedLimitsMax = 4

type Uses = {
  log: Log
  messages: Messages
  outbox: { flushedSeq: number }
  expiryFloor: ExpiryFloor
  reactionTotals: Pick<ReactionTotals, 'changes'>
  reactionReads: { ownTo(userId: string, messageIds: readonly string[]): OwnReactions }
}

export class PageCache {
  readonly #uses: Uses
  readonly #newestByLimit = new Map<number, { json: CachedJson; reactedIds: string[] }>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /**
   * @param userId whose own reactions come with the page; null: nobody's
   * @returns the room's share of the page when the room alone cannot answer
   */
  read(
    before: string | null,
    limit: number,
    { knownTag, userId }: { knownTag: string | null; userId: string | null },
  ): TaggedJson | RoomShare {
    const { log, messages, outbox, expiryFloor, reactionTotals } = this.#uses
    // Every change has an event, that of reactions a later one; pruning and expiry have none, but can make
    // a page shorter.
    const state = `${log.position.seq} ${log.prunedSeq} ${expiryFloor.id} ${reactionTotals.changes}`
    const known = before === null ? this.#newestByLimit.get(limit) : undefined
    const cached = known?.json.get(state, knownTag)
    if (known && cached) return this.#withOwn(cached, userId, known.reactedIds)

    const { position: session } = log
    const share = messages.roomShare(before, limit, { session, flushedSeq: outbox.flushedSeq })
    if (!answeredByRoom(share, limit)) return share
    const page = pageOfShare(share, limit)
    const shown = page.messages.map((message) => messages.toWire(message))
    const previousCursor = newerCursor(before, shown)
    const text = JSON.stringify(toPage({ ...page, messages: shown, previousCursor }, share.session))
    const reactedIds = shown.flatMap(({ id, reactions }) => (reactions ? id : []))
    const answer =
      before === null ? this.#cache(limit, reactedIds).set(state, text) : { tag: null, text }
    return this.#withOwn(answer, userId, reactedIds)
  }

  #withOwn(answer: TaggedJson, userId: string | null, messageIds: string[]): TaggedJson {
    if (userId === null) return answer
    return { ...answer, own: chosenOnly(this.#uses.reactionReads.ownTo(userId, messageIds)) }
  }

  #cache(limit: number, reactedIds: string[]): CachedJson {
    const json = this.#newestByLimit.get(limit)?.json ?? new CachedJson()
    if (this.#newestByLimit.size >= cachedLimitsMax && !this.#newestByLimit.has(limit))
      this.#newestByLimit.clear()
    this.#newestByLimit.set(limit, { json, reactedIds })
    return json
  }
}

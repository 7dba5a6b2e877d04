// Takes what people choose, for a frame or a call. Everything that comes within half a second is applied
// together; only then is anyone answered. No message and no other command waits for it.

import { type ReactionSet, reactionLimits } from '../../contract/reactions.ts'
import { noSuchMessage } from '../../domain/message.ts'
import { eventsAtOnce } from '../../domain/reactions.ts'
import { errorFields, logError } from '../../logger.ts'
import type { Access } from '../access/access.ts'
import type { Holder } from '../access/revocations.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { MessageIds } from '../log/messages/message-ids.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { Outcome } from '../rpc.ts'
import { refused } from '../sequencer/command.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import { type ApplyState, applyReactions, type ReactionRequest } from './apply-reactions.ts'
import type { ReactionLoader } from './reaction-loader.ts'

/** More do not wait: they are applied at once, in some 20 ms. */
const waitingMax = 1_000

type Uses = ApplyState & {
  access: Pick<Access, 'refusal'>
  restrictions: Pick<RestrictionTable, 'muteRefusal'>
  messages: ApplyState['messages'] & { ids: MessageIds; isUnknown(id: string): boolean }
  rateLimits: Pick<RateLimits, 'chargeReaction'>
  broadcaster: Pick<Broadcaster, 'plainLoad'>
  sequencer: Pick<Sequencer, 'now'>
  reactionLoader: ReactionLoader
}

type Entry = { request: ReactionRequest; done: (outcome: Outcome<ReactionSet>) => void }

const unavailable = refused({ code: 'unavailable' }).outcome
const notFound = refused({ code: 'not_found', detail: noSuchMessage }).outcome

export class ReactionCalls {
  readonly #uses: Uses
  #waiting: Entry[] = []
  /** When the next ones may be applied together. */
  #nextAt = 0
  #hasTimer = false
  #isClosed = false

  constructor(uses: Uses) {
    this.#uses = uses
    this.tellLater()
  }

  /** Answers when it is applied. */
  async react(by: Holder, messageId: string, reactions: string[]): Promise<Outcome<ReactionSet>> {
    const { clock, rateLimits } = this.#uses
    const refusal = rateLimits.chargeReaction(by.member.id, clock.now())
    if (refusal) return refused(refusal).outcome
    const request = { by, messageId, reactions, archived: undefined }
    // All else is checked when it is applied, for many at once.
    if (this.#isInRoom(messageId)) return this.#collect(request)
    const refusedNow = this.#refusalOfLoad(by, messageId)
    if (refusedNow) return refusedNow
    const loaded = await this.#uses.reactionLoader.load(messageId)
    return loaded.ok ? this.#collect({ ...request, archived: loaded.value }) : loaded
  }

  /** Applies at once what a person has chosen, or what was chosen for a message, so that the next command follows it. */
  applyBefore({ userId, messageId }: { userId?: string; messageId?: string }): void {
    if (this.#waiting.length === 0) return
    const isFirst = ({ request }: Entry) =>
      request.by.member.id === userId || request.messageId === messageId
    const first = this.#waiting.filter(isFirst)
    if (first.length === 0) return
    this.#waiting = this.#waiting.filter((entry) => !isFirst(entry))
    this.#apply(first, 0)
    this.tellLater()
  }

  /** The same for all. */
  applyAll(): void {
    const all = this.#waiting.splice(0)
    if (all.length > 0) this.#apply(all, 0)
    this.tellLater()
  }

  /** Another room takes over: what comes now is refused, and this room writes nothing more. */
  close(): void {
    this.#isClosed = true
  }

  /** Must be called when totals may have changed without an event. */
  tellLater(): void {
    if (this.#hasTimer || !(this.#waiting.length > 0 || this.#uses.reactionTotals.hasUntold)) return
    const { clock } = this.#uses
    this.#hasTimer = true
    clock.schedule(Math.max(0, this.#nextAt - clock.now()), () => {
      this.#hasTimer = false
      this.#step()
    })
  }

  #isInRoom(messageId: string): boolean {
    const { messages, reactionTotals } = this.#uses
    const { oldestId } = messages
    return (oldestId !== null && messageId >= oldestId) || !!reactionTotals.find(messageId)
  }

  /** Nobody may have the archive read for nothing. */
  #refusalOfLoad(by: Holder, messageId: string): Outcome<ReactionSet> | null {
    const { clock, access, restrictions, messages, expiryFloor } = this.#uses
    const refusal = access.refusal(by) ?? restrictions.muteRefusal(by.member.id, clock.wall())
    if (refusal) return refused(refusal).outcome
    return messages.isUnknown(messageId) || expiryFloor.isExpired(messageId) ? notFound : null
  }

  #collect(request: ReactionRequest): Promise<Outcome<ReactionSet>> {
    if (this.#isClosed) return Promise.resolve(unavailable)
    return new Promise((done) => {
      this.#waiting.push({ request, done })
      const isDue = this.#nextAt <= this.#uses.clock.now()
      if (isDue || this.#waiting.length >= waitingMax) this.#step()
      else this.tellLater()
    })
  }

  /** Applies all that wait, and tells of as many messages as may be told of at once. */
  #step(): void {
    const { clock, broadcaster } = this.#uses
    const isDue = this.#nextAt <= clock.now()
    if (isDue) this.#nextAt = clock.now() + reactionLimits.collectMs
    this.#apply(this.#waiting.splice(0), isDue ? eventsAtOnce(broadcaster.plainLoad()) : 0)
    this.tellLater()
  }

  #apply(entries: Entry[], maxEvents: number): void {
    const { sequencer } = this.#uses
    const requests = entries.map(({ request }) => request)
    let outcomes: Outcome<ReactionSet>[] = []
    try {
      const applied = sequencer.now(applyReactions(this.#uses, requests, maxEvents))
      if (applied.ok) outcomes = applied.value
    } catch (error) {
      logError('command_failed', errorFields(error))
    }
    for (const [index, { done }] of entries.entries()) done(outcomes[index] ?? unavailable)
  }
}

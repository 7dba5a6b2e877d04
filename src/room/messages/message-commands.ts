// Sends, edits and deletes messages: first the limits, then the rule, then the log, then the
// broadcast. Only a message that the log no longer holds is fetched, before the rule. Nothing may
// be awaited between the write to the log and the broadcast.

import type { Member } from '../../contract/entities.ts'
import type { Refusal } from '../../contract/problems.ts'
import {
  type Change,
  changeFrame,
  compose,
  deleted,
  edited,
  type KeptMessage,
  tombstone,
  toWire,
} from '../../domain/message.ts'
import type { Caller } from '../../domain/session.ts'
import { journalFault, traits } from '../../journal.ts'
import type { Revocations } from '../access/revocations.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import type { Clock } from '../clock/clock.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { EarlierTry, IdempotencyKeys } from '../log/idempotency-keys.ts'
import type { Log } from '../log/log.ts'
import type { Archive } from '../ports.ts'
import type { Outcome } from '../rpc.ts'

type Uses = {
  clock: Clock
  storage: DurableObjectStorage
  log: Log
  idempotencyKeys: IdempotencyKeys
  revocations: Revocations
  rateLimits: RateLimits
  broadcaster: Broadcaster
  archive: Archive
  /** Runs after each write to the log. */
  onWrite: (message: KeptMessage) => void
}

/** Makes the new state from the state that holds *after* everything was fetched. */
type Rule = (current: KeptMessage | undefined) => Change

export type SendResult =
  | { kind: 'sent'; message: KeptMessage }
  | { kind: 'repeated'; earlier: EarlierTry }
  | { kind: 'refused'; refusal: Refusal }

const archiveUnavailable: Refusal = {
  code: 'unavailable',
  detail: 'This message is in the archive, which is not available right now. Try again soon.',
  retryAfterMs: 5_000,
}

export class MessageCommands {
  readonly #uses: Uses
  readonly #loads = new Map<string, Promise<KeptMessage | undefined>>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /**
   * Synchronous, so that no two sends can overtake each other.
   *
   * @param arrivedAt the time for the rate limits
   */
  send(author: Member, content: string, clientId: string | null, arrivedAt: number): SendResult {
    const { clock, storage, log, idempotencyKeys, rateLimits, broadcaster, onWrite } = this.#uses
    const messageId = clientId === null ? undefined : idempotencyKeys.find(author.id, clientId)
    if (clientId !== null && messageId !== undefined) {
      const refusal = rateLimits.repeat(author.id, arrivedAt)
      if (refusal) return { kind: 'refused', refusal }
      return { kind: 'repeated', earlier: { clientId, messageId, content } }
    }
    const refusal = rateLimits.send(author.id, arrivedAt, broadcaster.loadBy(author.id))
    if (refusal) return { kind: 'refused', refusal }

    const message = compose(author, content, { id: log.newId(clock.wall()), clientId })
    const seq = storage.transactionSync(() => {
      if (clientId !== null) idempotencyKeys.save(author.id, clientId, message.id)
      return log.append(message)
    })
    onWrite(message)
    broadcaster.broadcast({ event: 'new_message', data: toWire(message), seq })
    return { kind: 'sent', message }
  }

  /** Returns the message that an earlier request created, in its current state. */
  async loadEarlier(
    { clientId, messageId, content }: EarlierTry,
    author: Member,
  ): Promise<Outcome<KeptMessage>> {
    const found = await this.#find(messageId)
    if (!found.ok) return found
    const lost = { ...compose(author, '', { id: messageId, clientId }), is_deleted: true }
    const message = this.#uses.log.find(messageId) ?? found.value ?? lost
    // The first text of an edited or deleted message is not kept, so it cannot be compared.
    const isAsSent = message.revision === 1 && !message.is_deleted
    if (isAsSent && message.content !== content)
      return { ok: false, refusal: { code: 'client_id_reused' } }
    return { ok: true, value: { ...message, client_id: clientId } }
  }

  edit(by: Caller, id: string, content: string): Promise<Outcome<KeptMessage>> {
    return this.#changeAs(by, id, (current) =>
      edited(current, by.member, content, this.#uses.clock.wall()),
    )
  }

  remove(by: Caller, id: string): Promise<Outcome<KeptMessage>> {
    return this.#changeAs(by, id, (current) => deleted(current, by.member, this.#uses.clock.wall()))
  }

  /** Deletes anyone's message for the operator, without a rate limit. */
  removeByOperator(id: string): Promise<Outcome<KeptMessage>> {
    return this.#change(id, (current) => tombstone(current, this.#uses.clock.wall()))
  }

  async #changeAs(by: Caller, id: string, rule: Rule): Promise<Outcome<KeptMessage>> {
    const { clock, broadcaster, rateLimits, revocations } = this.#uses
    const refusal =
      revocations.refusal(by) ??
      rateLimits.change(by.member.id, clock.now(), broadcaster.loadBy(by.member.id))
    if (refusal) return { ok: false, refusal }
    return this.#change(id, (current) => {
      // The caller may have been banned or logged out while the message was fetched.
      const refusal = revocations.refusal(by)
      if (refusal) return { kind: 'refused', refusal }
      const change = rule(current)
      if (change.kind !== 'changed') return change
      const busy = rateLimits.chargeRoomForChange(
        by.member.id,
        clock.now(),
        broadcaster.loadBy(by.member.id),
      )
      return busy ? { kind: 'refused', refusal: busy } : change
    })
  }

  async #change(id: string, rule: Rule): Promise<Outcome<KeptMessage>> {
    const { log, idempotencyKeys, broadcaster, onWrite } = this.#uses
    const found = await this.#find(id)
    if (!found.ok) return found

    const change = rule(log.find(id) ?? (found.value && log.withCurrentName(found.value)))
    if (change.kind === 'refused') return { ok: false, refusal: change.refusal }
    if (change.kind === 'changed') {
      const { user_id, client_id } = change.message
      const seq = log.revise(change.message)
      if (client_id !== null) idempotencyKeys.blankHash(user_id, client_id)
      onWrite(change.message)
      broadcaster.broadcast({ ...changeFrame(change.message), seq })
    }
    return { ok: true, value: change.message }
  }

  async #find(id: string): Promise<Outcome<KeptMessage | undefined>> {
    const kept = this.#uses.log.find(id)
    if (kept) return { ok: true, value: kept }
    try {
      return { ok: true, value: await this.#load(id) }
    } catch (error) {
      journalFault('load_failed', { message_id: id, ...traits(error) })
      return { ok: false, refusal: archiveUnavailable }
    }
  }

  /** Runs only one load per message at a time, however many callers ask for it. */
  #load(id: string): Promise<KeptMessage | undefined> {
    const running = this.#loads.get(id)
    if (running) return running
    const load = this.#uses.archive.find(id).finally(() => this.#loads.delete(id))
    this.#loads.set(id, load)
    return load
  }
}

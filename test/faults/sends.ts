// Sends messages through one client: at the rate limit, and again under the same `client_id` until they are
// confirmed. A muted author goes on trying, and keeps what is refused.

import type { Message, Refusal } from '../kit/protocol.ts'
import { callUntilAnswered } from './call-until-answered.ts'
import type { Client } from './client.ts'
import { isExplained } from './client-parts.ts'
import { areSame, type References } from './conversation/references.ts'
import type { OwnMessage } from './own-message.ts'
import { words } from './words.ts'

/** The rate limit of the room. */
const sendLimit = { max: 5, windowMs: 5_000 }
const tickMs = 100
const resendAfterMs = 3_000
const retryAfterMs = 400
const retrySpreadMs = 3_000
const typingAnsweredWithinMs = 20_000
/** Less than most mutes last. With other frames it stays below the 60 in ten seconds that a socket may send. */
const mutedRetryMs = 1_500

/** The refusals after which a message is sent again. */
const temporaryCodes = new Set(['rate_limited', 'slow_mode', 'room_busy', 'unavailable'])

type Sending = {
  content: string
  references: References
  begunAt: number
  tries: number
  notBefore: number
  overRest: boolean
  /** Whether a call waits for its answer. */
  isCalling: boolean
  /** Whether its last try was refused by a mute: it does not exist. */
  isHeld: boolean
}

export class Sends {
  readonly accepted = new Map<string, OwnMessage>()
  readonly #client: Client
  readonly #pending = new Map<string, Sending>()
  #round = 0
  #isActive = false
  #made = 0
  #nextAt = 0

  constructor(client: Client) {
    this.#client = client
    client.onOwnMessage = (message) => this.#confirm(message)
    client.onRefusal = (refusal) => this.#refuse(refusal)
    client.onLive.push(() => this.#resend())
    setInterval(() => this.#tick(), tickMs).unref()
  }

  begin(round: number): void {
    this.#round = round
    this.#isActive = true
  }

  /** Finishes what it began, and begins nothing new. */
  stopNewWork(): void {
    this.#isActive = false
  }

  /** Whether it is known of every message whether it exists. */
  get isIdle(): boolean {
    return [...this.#pending.values()].every(({ isHeld, isCalling }) => isHeld && !isCalling)
  }

  #tick(): void {
    const now = Date.now()
    if (
      this.#isActive &&
      this.#client.shouldRun &&
      now >= this.#nextAt &&
      this.#pending.size < sendLimit.max
    )
      this.#compose(now)
    for (const [clientId, sending] of this.#pending) {
      const { notBefore, isCalling, isHeld, overRest } = sending
      if (isCalling || now < notBefore || (isHeld && !this.#isActive)) continue
      if (overRest) void this.#post(clientId, sending)
      else if (this.#client.isLive) this.#send(clientId, sending)
    }
  }

  #compose(now: number): void {
    const { parts } = this.#client
    const { random, name } = parts
    this.#nextAt = now + (sendLimit.windowMs / sendLimit.max) * (0.3 + random.next() * 1.4)
    const clientId = `${name}-${this.#round}-${++this.#made}`
    const length = random.chance(0.05) ? 300 : random.between(1, 12)
    const text = Array.from({ length }, () => random.pick(words)).join(' ')
    this.#pending.set(clientId, {
      content: `${clientId}: ${text}.`,
      references: parts.refer?.(this.#client.view) ?? {},
      ...{ begunAt: now, tries: 0, notBefore: 0, isCalling: false, isHeld: false },
      overRest: random.chance(0.1),
    })
    if (random.chance(0.3)) this.#client.send('typing', {})
  }

  #send(clientId: string, sending: Sending): void {
    if (sending.tries++ > 0) this.#client.parts.metrics.count('messages sent again')
    sending.notBefore = Date.now() + resendAfterMs
    sending.isHeld = false
    this.#client.send('send_message', bodyOf(clientId, sending))
  }

  /** Sends what may have been lost with the last connection. */
  #resend(): void {
    for (const sending of this.#pending.values()) if (!sending.overRest) sending.notBefore = 0
  }

  async #post(clientId: string, sending: Sending): Promise<void> {
    sending.isCalling = true
    const { refusal, body } = await callUntilAnswered(this.#client.parts, {
      ...{ method: 'POST', path: '/messages', body: bodyOf(clientId, sending) },
      allows: (code) => this.#isTargetLost(code, sending),
    })
    sending.isCalling = false
    if (refusal === null) this.#confirm(body as Message)
    else if (refusal === 'not_found') sending.references = {}
    else this.#hold(sending)
  }

  /** Whether it replies to a message that was lost with the storage of the room. */
  #isTargetLost(code: string, { references: { reply_to } }: Sending): boolean {
    const { checker } = this.#client.parts
    return code === 'not_found' && reply_to !== undefined && !checker.knows(reply_to)
  }

  #hold(sending: Sending): void {
    sending.isHeld = true
    sending.notBefore = Date.now() + mutedRetryMs
  }

  #confirm(message: Message): void {
    const { client_id: clientId, id, user_id } = message
    const sending = clientId === undefined ? undefined : this.#pending.get(clientId)
    if (clientId === undefined || !sending) return
    const { checker, metrics } = this.#client.parts
    this.#pending.delete(clientId)
    metrics.count('messages accepted')
    const { is_deleted: deleted, revision } = message
    const { references } = sending
    this.accepted.set(id, {
      ...{ id, client_id: clientId, user_id, revision, references, confirmedAt: Date.now() },
      ...{ deleted, deletionRequested: deleted },
    })
    if (!deleted && !areSame(references, message))
      this.#client.report(`${id} refers to something else than what was sent`)
    checker.observeMessage(this.#client.name, message)
    checker.observeText(this.#client.name, { id, revision: 1, content: sending.content })
    this.#client.view.add(message)
  }

  #refuse({ code, event, client_id: clientId, retry_after_ms = retryAfterMs }: Refusal): void {
    const { parts } = this.#client
    parts.metrics.count(`refusals: ${code}`)
    const sending = this.#pending.get(clientId ?? '')
    if (sending && temporaryCodes.has(code)) {
      // Otherwise all messages that wait would be refused together again and again, until the socket has
      // sent too many frames.
      sending.notBefore = Date.now() + retry_after_ms + parts.random.between(0, retrySpreadMs)
      return
    }
    if (sending && this.#isTargetLost(code, sending)) {
      sending.references = {}
      return
    }
    const to = Date.now()
    const from = sending?.begunAt ?? to - (event === 'typing' ? typingAnsweredWithinMs : 0)
    if (!isExplained(parts, code, { from, to }))
      this.#client.report(`was refused ${clientId ?? event}: ${code}`)
    if (sending) this.#hold(sending)
  }
}

const bodyOf = (clientId: string, { content, references }: Sending) => ({
  ...{ content, client_id: clientId },
  ...references,
})

// A client that keeps the protocol while the attack goes on. It uses one connection, which must never
// end, and reports everything that the attack changes for it.

import { setTimeout as delay } from 'node:timers/promises'
import { ChatSocket } from '../harness/chat-socket.ts'
import type { Metrics } from '../harness/metrics.ts'
import type { Random } from '../harness/random.ts'
import { call } from '../harness/rest.ts'
import { ClientView } from '../kit/client-view.ts'
import type { ConsistencyChecker } from '../kit/consistency-checker.ts'
import type { Frame, Message, Refusal } from '../kit/protocol.ts'
import { ProtocolReader } from '../kit/protocol-reader.ts'
import type { Account } from './accounts.ts'
import type { Findings } from './findings.ts'
import { checkText, type FrameRules } from './frame-checks.ts'
import { markers } from './leak-detector.ts'

const pauseMs = { min: 1_500, max: 3_500 }
/** Long enough for a busy machine. */
const confirmedWithinMs = 30_000
const liveWithinMs = 20_000
const busyRetryMs = 500
/** How often a message is sent again that the rules of the room refuse. */
const ruledRetryMs = 2_500
/** What moderators may make the room refuse, and the limit that such refusals use up. */
const rulesOfRoom = new Set(['slow_mode', 'posting_closed', 'content_refused', 'rate_limited'])

export type WellBehavedClientParts = {
  port: number
  account: Account
  /** Whether the client offers `chat.v1`. */
  batching: boolean
  /** Whether the account owns the room. No rule of the room binds owners. */
  isOwner: boolean
  random: Random
  rules: FrameRules
  checker: ConsistencyChecker
  findings: Findings
  metrics: Metrics
}

export class WellBehavedClient {
  readonly view = new ClientView()
  /** The ids of its messages that it did not delete. */
  readonly ownIds = new Set<string>()
  /** The entries of the audit log and the reports that it was told. */
  readonly toldIds = { audit_added: new Set<string>(), report_filed: new Set<string>() }
  /** Whether moderators may change the rules of the room now. */
  isModerated = false
  /** Messages that were sent and not received back, by `client_id`. */
  readonly #pending = new Map<string, { content: string; sentAt: number }>()
  readonly #parts: WellBehavedClientParts
  readonly #reader: ProtocolReader
  #socket: ChatSocket | undefined
  #isLeaving = false
  #isSending = false
  #done: Promise<void> = Promise.resolve()
  #sent = 0
  #onLive: () => void = () => {}

  constructor(parts: WellBehavedClientParts) {
    this.#parts = parts
    this.#reader = new ProtocolReader({
      ...{ userId: parts.account.id, batching: parts.batching },
      onFrame: (frame) => this.#receive(frame),
      onViolation: (sentence) => this.#report('the protocol is broken', sentence),
    })
  }

  get name(): string {
    return this.#parts.account.username
  }

  async connect(): Promise<void> {
    const { port, account, batching, isOwner, rules } = this.#parts
    const viewer = { id: account.id, isStaff: isOwner }
    const live = new Promise<void>((resolve) => {
      this.#onLive = resolve
    })
    const socket = new ChatSocket({
      ...{ port, token: account.token, batching, liveWithinMs },
      isLive: () => this.#reader.state === 'live',
      onText: (text) => {
        for (const rule of checkText(text, { batching, viewer }, rules).wrong)
          this.#report(rule, text.slice(0, 600))
        this.#reader.read(text)
      },
    })
    this.#socket = socket
    const closed = socket.closed.then(({ code, reason }) => {
      if (!this.#isLeaving) this.#report('its connection was closed', `${code} ${reason}`)
    })
    await Promise.race([live, closed])
  }

  /** To be called when moderators change the rules no more, and all of them are as at first. */
  async endModeration(): Promise<void> {
    const deadline = Date.now() + confirmedWithinMs
    while (this.#pending.size > 0 && Date.now() < deadline) await delay(50)
    this.isModerated = false
  }

  begin(): void {
    this.#isSending = true
    this.#done = this.#sendMessages()
  }

  /** Stops sending, and waits until every message was received back. */
  async stop(): Promise<void> {
    this.#isSending = false
    await this.#done
    const deadline = Date.now() + confirmedWithinMs
    while (this.#pending.size > 0 && Date.now() < deadline) await delay(50)
    for (const clientId of this.#pending.keys())
      this.#report('a message was lost', `${clientId} was sent and never received`)
  }

  leave(): void {
    this.#isLeaving = true
    this.#socket?.close()
  }

  async #sendMessages(): Promise<void> {
    const { random, metrics } = this.#parts
    while (this.#isSending) {
      await delay(random.between(pauseMs.min, pauseMs.max))
      if (!this.#isSending) break
      // Until the rules of the room allow the last message, it sends no other.
      if (this.isModerated && this.#pending.size > 0) continue
      const clientId = `${this.name}-${++this.#sent}`
      const content = `${markers.text} ${clientId}: ${random.between(1, 1e9)}`
      this.#pending.set(clientId, { content, sentAt: performance.now() })
      this.#send(clientId, content)
      metrics.count('messages of well-behaved clients')
      if (random.chance(0.2)) await this.#changeOne()
    }
  }

  #send(clientId: string, content: string): void {
    this.#socket?.send('send_message', { content, client_id: clientId })
  }

  async #changeOne(): Promise<void> {
    const { random, port, account, checker } = this.#parts
    const id = random.pick([...this.ownIds])
    if (id === undefined) return
    const isDeletion = random.chance(0.3)
    if (isDeletion) {
      this.ownIds.delete(id)
      checker.allowDeletion(id)
    }
    const { token } = account
    const content = `${markers.text} ${id}: edited ${random.between(1, 1e9)}`
    const answer = isDeletion
      ? await call(port, 'DELETE', `/messages/${id}`, { token })
      : await call(port, 'PATCH', `/messages/${id}`, { token, body: { content } })
    if (answer.status < 300) return
    const { code } = answer.body as Refusal
    if (this.#isRule(code)) this.#parts.metrics.count('edits refused by the rules of the room')
    else this.#report('a change is refused', `${answer.status} ${JSON.stringify(answer.body)}`)
  }

  #receive(frame: Frame): void {
    const { event, data } = frame
    this.#parts.checker.observeFrame(this.name, this.#reader.epoch, frame)
    this.view.apply(frame)
    if (event === 'synced') this.#onLive()
    if (event === 'new_message' && data.user_id === this.#parts.account.id) this.#confirm(data)
    if (event === 'message_deleted' && this.ownIds.has(data.message_id))
      this.#report('a message was deleted by another user', data.message_id)
    if (event === 'audit_added' || event === 'report_filed') this.toldIds[event].add(data.id)
    if (event === 'error') this.#handleRefusal(data)
    if (event === 'reconnect') this.#report('it is asked to reconnect', JSON.stringify(data))
  }

  #confirm(message: Message): void {
    const { id, content, client_id = '' } = message
    const pending = this.#pending.get(client_id)
    if (!pending) {
      this.#report('a message was doubled or invented', JSON.stringify(message))
      return
    }
    this.#pending.delete(client_id)
    this.ownIds.add(id)
    this.#parts.metrics.time(
      'a message of a well-behaved client until it is received back',
      performance.now() - pending.sentAt,
    )
    if (pending.content !== content)
      this.#report('a text was changed', `${pending.content} became ${content}`)
  }

  /** The room may be busy, and moderators may have changed its rules; it may refuse nothing else. */
  #handleRefusal(refusal: Refusal): void {
    const { code, client_id: clientId = '', retry_after_ms: waitMs = busyRetryMs } = refusal
    const pending = this.#pending.get(clientId)
    const isRule = this.#isRule(code)
    if (!pending || (code !== 'room_busy' && !isRule)) {
      this.#report('a frame is refused', JSON.stringify(refusal))
      return
    }
    const why = isRule ? ` after ${code}` : ''
    this.#parts.metrics.count(`messages of well-behaved clients sent again${why}`)
    const resend = () => {
      if (isRule) pending.sentAt = performance.now()
      this.#send(clientId, pending.content)
    }
    setTimeout(resend, isRule ? ruledRetryMs : waitMs)
  }

  #isRule(code: string): boolean {
    return this.isModerated && !this.#parts.isOwner && rulesOfRoom.has(code)
  }

  #report(rule: string, evidence: string): void {
    this.#parts.findings.report(rule, 'a well-behaved client', `${this.name}: ${evidence}`)
  }
}

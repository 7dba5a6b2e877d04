// One of many connections of the rehearsal. It resumes after every loss, notes every message that it
// receives and how long it received none, and sends its own messages until they are confirmed.

import { backOff } from '../../src/client/backoff.ts'
import { ChatSocket } from '../harness/chat-socket.ts'
import type { Frame, Member } from '../kit/protocol.ts'
import { ProtocolReader } from '../kit/protocol-reader.ts'

const resendAfterMs = 3_000

export class Listener {
  readonly name: string
  /** The ids of all messages that it received. */
  readonly received = new Set<string>()
  readonly violations: string[] = []
  /** Text → id of its own messages that were confirmed. */
  readonly confirmed = new Map<string, string>()
  /** The longest time between two messages, in milliseconds. */
  longestSilenceMs = 0
  connects = 0
  reloads = 0
  isLive = false
  /** When it became live last. */
  liveAt = 0
  seq = -1
  readonly #account: Member & { token: string }
  readonly #port: () => number
  readonly #pending = new Map<string, number>()
  #epoch = ''
  #lastAt = 0
  #failures = 0
  #made = 0
  #socket: ChatSocket | undefined
  #isRunning = true

  constructor(account: Member & { token: string }, port: () => number) {
    this.name = account.username
    this.#account = account
    this.#port = port
    void this.#run()
  }

  get pending(): number {
    return this.#pending.size
  }

  /** Begins to measure how long it receives nothing. */
  listen(): void {
    this.#lastAt = performance.now()
  }

  say(): void {
    const text = `${this.name}-${++this.#made}`
    this.#pending.set(text, 0)
    this.sendPending()
  }

  sendPending(): void {
    const now = performance.now()
    if (!this.isLive) return
    for (const [text, sentAt] of this.#pending) {
      if (sentAt > 0 && now - sentAt < resendAfterMs) continue
      this.#pending.set(text, now)
      this.#socket?.send('send_message', { content: text, client_id: text })
    }
  }

  stop(): void {
    this.#isRunning = false
    this.#socket?.close()
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      await this.#connect()
      if (!this.#isRunning) return
      const pauseMs = backOff(this.#failures++, Math.random())
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  async #connect(): Promise<void> {
    this.connects++
    const reader = new ProtocolReader({
      ...{ userId: this.#account.id, batching: true },
      onFrame: (frame) => this.#receive(frame, reader),
      onViolation: (sentence) => this.violations.push(`${this.name}: ${sentence}`),
    })
    this.#socket = new ChatSocket({
      ...{ port: this.#port(), token: this.#account.token, batching: true },
      query: this.seq < 0 ? '' : `epoch=${this.#epoch}&since=${this.seq}`,
      ...{ liveWithinMs: 20_000, isLive: () => reader.state === 'live' },
      onText: (text) => reader.read(text),
    })
    const { code } = await this.#socket.closed
    this.isLive = false
    if (code === 1000 || code === 1005) this.#failures = 0
  }

  #receive({ event, data, seq }: Frame, { epoch, resumed }: ProtocolReader): void {
    if (event === 'welcome') {
      if (!resumed && this.seq >= 0) this.reloads++
      this.#epoch = epoch
    }
    if (event === 'new_message') this.#hear(data.id, data)
    if (event === 'reconnect') this.#reconnectWithin(data.after_ms)
    if (event === 'error' && data.client_id) this.#pending.set(data.client_id, 1)
    if (seq !== undefined) this.seq = seq
    if (event !== 'synced') return
    this.isLive = true
    this.liveAt = performance.now()
    this.#failures = 0
    for (const text of this.#pending.keys()) this.#pending.set(text, 0)
    this.sendPending()
  }

  #reconnectWithin(ms: number): void {
    const socket = this.#socket
    setTimeout(() => socket?.close(), Math.random() * ms)
  }

  #hear(id: string, message: { user_id: string; content: string }): void {
    const now = performance.now()
    if (this.#lastAt > 0)
      this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.#lastAt)
    this.#lastAt = now
    if (message.user_id === this.#account.id && this.#pending.delete(message.content))
      this.confirmed.set(message.content, id)
    // A reply to a repeated `client_id` names a message that came before.
    else if (this.received.has(id) && message.user_id !== this.#account.id)
      this.violations.push(`${this.name}: ${id} was received twice`)
    this.received.add(id)
  }
}

// One user with one plain connection, which is opened again at once when it is lost. Messages that
// were not received back are sent again then.

import { setTimeout as delay } from 'node:timers/promises'
import { ChatSocket } from '../harness/chat-socket.ts'
import { type Answer, call } from '../harness/rest.ts'
import type { Frame } from '../kit/protocol.ts'
import { ProtocolReader } from '../kit/protocol-reader.ts'

const password = 'correct horse battery staple'
const retryAfterMs = 50
const tokenEndedCode = 4401
const liveWithinMs = 2_000
const reconnectWithinMs = 10_000

type Tokens = { access_token: string; refresh_token: string }

export class Participant {
  readonly name: string
  readonly #port: number
  #tokens: Tokens = { access_token: '', refresh_token: '' }
  #socket: ChatSocket | undefined
  #reader: ProtocolReader | undefined
  #shouldRun = false
  #isLive = false
  /** Messages that were not received back, by `client_id`. */
  readonly #unconfirmed = new Map<string, string>()
  readonly #listeners = new Set<(frame: Frame) => void>()
  /** The codes with which live connections were closed. */
  readonly closeCodes: number[] = []
  /** One sentence for each frame that broke the protocol. */
  readonly violations: string[] = []
  id = ''

  constructor(port: number, name: string) {
    this.#port = port
    this.name = name
  }

  get #email(): string {
    return `${this.name}@example.com`
  }

  async register(): Promise<void> {
    const account = { username: this.name, email: this.#email, password }
    const { status, body } = await call(this.#port, 'POST', '/auth/register', { body: account })
    if (status !== 201) throw new Error(`${this.name} cannot register: ${status}`)
    this.id = (body as { id: string }).id
    if ((await this.logIn()) !== 200) throw new Error(`${this.name} cannot log in`)
  }

  /** @returns the status of the answer */
  logIn(): Promise<number> {
    return this.#requestTokens('/auth/login', { email: this.#email, password })
  }

  /** @returns the status of the answer */
  renew(): Promise<number> {
    return this.#requestTokens('/auth/refresh', { refresh_token: this.#tokens.refresh_token })
  }

  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const token = this.#tokens.access_token
    return call(this.#port, method, path, { token, ...(body !== undefined && { body }) })
  }

  /** Tries for two seconds, as a client does. @returns whether it became live */
  async connect(): Promise<boolean> {
    const deadline = performance.now() + liveWithinMs
    while (performance.now() < deadline) {
      const code = await this.#open()
      this.#shouldRun = code === 'live'
      if (code === 'live') return true
      // These codes forbid to try again at once.
      if (code >= 4_000) break
      await delay(retryAfterMs)
    }
    return false
  }

  disconnect(): void {
    this.#shouldRun = false
    this.#socket?.close()
  }

  /** Waits for the connection that replaces a lost one. */
  async reconnected(): Promise<void> {
    const deadline = performance.now() + reconnectWithinMs
    while (!this.#isLive) {
      if (performance.now() > deadline) throw new Error(`${this.name} does not reconnect`)
      await delay(retryAfterMs)
    }
  }

  /** Whether the other one is offline, as far as this one is connected and knows. */
  seesOffline(other: Participant): boolean {
    return this.#isLive && this.#reader?.online.has(other.id) === false
  }

  sendMessage(clientId: string, content: string): void {
    this.#unconfirmed.set(clientId, content)
    this.#transmit(clientId, content)
  }

  type(): void {
    this.#socket?.send('typing', {})
  }

  /** Whether a frame that matches comes in time. */
  receives(matches: (frame: Frame) => boolean, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (received: boolean) => {
        clearTimeout(timeout)
        this.#listeners.delete(listener)
        resolve(received)
      }
      const listener = (frame: Frame) => {
        if (matches(frame)) settle(true)
      }
      const timeout = setTimeout(() => settle(false), withinMs)
      this.#listeners.add(listener)
    })
  }

  async #requestTokens(path: string, body: object): Promise<number> {
    const answer = await call(this.#port, 'POST', path, { body })
    if (answer.status === 200) this.#tokens = answer.body as Tokens
    return answer.status
  }

  /** Resolves when the connection is live, or with its close code. */
  #open(): Promise<number | 'live'> {
    return new Promise((resolve) => {
      const reader = new ProtocolReader({
        ...{ userId: this.id, batching: false },
        onFrame: (frame) => {
          if (frame.event === 'synced') resolve('live')
          if (this.#socket === socket) this.#receive(frame)
        },
        onViolation: (sentence) => this.violations.push(`${this.name}: ${sentence}`),
      })
      const socket = new ChatSocket({
        ...{ port: this.#port, token: this.#tokens.access_token, batching: false, liveWithinMs },
        isLive: () => reader.state === 'live',
        onText: (text) => reader.read(text),
      })
      this.#socket = socket
      this.#reader = reader
      void socket.closed.then(({ code }) => {
        resolve(code)
        return this.#reopen(socket, code)
      })
    })
  }

  async #reopen(socket: ChatSocket, code: number): Promise<void> {
    if (socket !== this.#socket) return
    const wasLive = this.#isLive
    this.#isLive = false
    if (!this.#shouldRun) return
    if (wasLive) this.closeCodes.push(code)
    await delay(retryAfterMs)
    if (code === tokenEndedCode) await this.renew().catch(() => {})
    if (this.#shouldRun && socket === this.#socket) await this.#open()
  }

  #receive(frame: Frame): void {
    if (frame.event === 'synced') {
      this.#isLive = true
      // A client that never sends is closed as one that does not read.
      this.#socket?.send('ping', {})
      for (const [clientId, content] of this.#unconfirmed) this.#transmit(clientId, content)
    }
    if (frame.event === 'new_message') this.#unconfirmed.delete(String(frame.data.client_id))
    for (const listener of this.#listeners) listener(frame)
  }

  #transmit(clientId: string, content: string): void {
    this.#socket?.send('send_message', { content, client_id: clientId })
  }
}

// Someone in the room with one plain socket. Where that is lost they come back at once, and say again
// what nobody has heard yet.

import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { call, type Frame } from '../faults/wire.ts'

const password = 'correct horse battery staple'
const comeBackAfterMs = 50
const tokenEnded = 4401
/** In place of the code of a close. */
const welcome = 0
const welcomeWithinMs = 2_000
const returnWithinMs = 10_000

type Tokens = { access_token: string; refresh_token: string }

export class Member {
  readonly name: string
  readonly #port: number
  #tokens: Tokens = { access_token: '', refresh_token: '' }
  #socket: WebSocket | undefined
  #isWanted = false
  /** By client_id, what was said and not heard. */
  readonly #unheard = new Map<string, string>()
  readonly #listeners = new Set<(frame: Frame) => void>()
  #isLive = false
  /** The codes of the closes by which sockets were lost. */
  readonly losses: number[] = []
  id = ''

  constructor(port: number, name: string) {
    this.#port = port
    this.name = name
  }

  get token(): string {
    return this.#tokens.access_token
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
    return this.#take('/auth/login', { email: this.#email, password })
  }

  /** @returns the status of the answer */
  renew(): Promise<number> {
    return this.#take('/auth/refresh', { refresh_token: this.#tokens.refresh_token })
  }

  ask(method: string, path: string, body?: unknown) {
    return call(this.#port, method, path, {
      token: this.token,
      ...(body !== undefined && { body }),
    })
  }

  /** Tries as a client does, for two seconds. @returns whether they are welcome */
  async enter(): Promise<boolean> {
    const end = performance.now() + welcomeWithinMs
    while (performance.now() < end) {
      const code = await this.#open()
      this.#isWanted = code === welcome
      // These forbid to come again at once.
      if (this.#isWanted || (code !== null && code >= 4_000)) break
      await delay(comeBackAfterMs)
    }
    return this.#isWanted
  }

  leave(): void {
    this.#isWanted = false
    this.#socket?.close(1000)
  }

  /** Waits for the socket that takes the place of one that was lost. */
  async returned(): Promise<void> {
    const end = performance.now() + returnWithinMs
    while (!this.#isLive) {
      if (performance.now() > end) throw new Error(`${this.name} does not come back`)
      await delay(comeBackAfterMs)
    }
  }

  say(clientId: string, content: string): void {
    this.#unheard.set(clientId, content)
    this.#sendMessage(clientId, content)
  }

  type(): void {
    this.#send('typing', {})
  }

  /** The next frame for which `isMeant` holds. It has to come in time. */
  hears(isMeant: (frame: Frame) => boolean, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (heard: boolean) => {
        clearTimeout(late)
        this.#listeners.delete(listener)
        resolve(heard)
      }
      const listener = (frame: Frame) => {
        if (isMeant(frame)) settle(true)
      }
      const late = setTimeout(() => settle(false), withinMs)
      this.#listeners.add(listener)
    })
  }

  async #take(path: string, body: object): Promise<number> {
    const answer = await call(this.#port, 'POST', path, { body })
    if (answer.status === 200) this.#tokens = answer.body as Tokens
    return answer.status
  }

  #open(): Promise<number | null> {
    const url = `ws://127.0.0.1:${this.#port}/ws/chat?token=${this.token}`
    const socket = new WebSocket(url, { perMessageDeflate: false })
    this.#socket = socket
    socket.on('message', (data) => this.#hear(JSON.parse(String(data)) as Frame))
    socket.on('error', () => {})
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(null), welcomeWithinMs)
      socket.on('message', (data) => {
        if (!String(data).includes('"welcome"')) return
        clearTimeout(late)
        this.#isLive = true
        for (const [clientId, content] of this.#unheard) this.#sendMessage(clientId, content)
        resolve(welcome)
      })
      socket.on('close', (code) => {
        clearTimeout(late)
        resolve(code)
        this.#lost(socket, code)
      })
    })
  }

  async #lost(socket: WebSocket, code: number): Promise<void> {
    if (socket !== this.#socket) return
    if (this.#isLive && this.#isWanted) this.losses.push(code)
    this.#isLive = false
    if (!this.#isWanted) return
    await delay(comeBackAfterMs)
    if (code === tokenEnded) await this.renew().catch(() => {})
    if (this.#isWanted && socket === this.#socket) await this.#open()
  }

  #hear(frame: Frame): void {
    // Proves that it is read, as every client does.
    if (frame.event === 'synced') this.#send('ping', {})
    if (frame.event === 'new_message') this.#unheard.delete(String(frame.data.client_id))
    for (const listener of this.#listeners) listener(frame)
  }

  #sendMessage(clientId: string, content: string): void {
    this.#send('send_message', { content, client_id: clientId })
  }

  #send(event: string, data: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ event, data }))
  }
}

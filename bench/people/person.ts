// One person with one socket, who reads, pings as the contract asks, and remembers where they were.

import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { canonicalPing, canonicalPong } from '../../src/contract/frames.ts'
import type { Door } from '../subject/subject.ts'
import type { Heard } from './hearing.ts'
import type { Compression } from './orders.ts'

const pingAfterBytes = 256 * 1024
const pong = Buffer.from(canonicalPong)

type Ears = {
  read(raw: Buffer): Heard[]
  /** Each message that came, once, and all else that the process counts. */
  heard(contents: Heard['messages']): void
  received(bytes: number): void
  refused(code: string): void
  closed(code: number): void
}

export class Person {
  readonly #door: Door
  readonly #from: string
  readonly #compression: Compression
  readonly #ears: Ears
  #line: Socket | null = null
  #socket: WebSocket | null = null
  #settle: ((outcome: 'synced' | number) => void) | null = null
  #isCut = false
  #unprovenBytes = 0
  #awaitsPong = false
  #epoch = ''
  #seq = -1
  #lastId = ''
  #userId = ''
  /** How many they know to be online. */
  online = 0
  messages = 0
  doubled = 0
  holes = 0
  resumed = false

  /** @param from the local address to connect from */
  constructor(door: Door, from: string, compression: Compression, ears: Ears) {
    this.#door = door
    this.#from = from
    this.#compression = compression
    this.#ears = ears
  }

  /** All that the latest line brought, as it was on the wire. */
  get wireBytes(): number {
    return this.#line?.bytesRead ?? 0
  }

  get isCompressed(): boolean {
    return this.#socket?.extensions.includes('permessage-deflate') ?? false
  }

  /** Until they have been told everything, or with which code they were turned away. */
  connect(): Promise<'synced' | number> {
    const position = this.#seq < 0 ? '' : `epoch=${this.#epoch}&since=${this.#seq}`
    const { url, subprotocols } = this.#door
    const address = position ? `${url}${url.includes('?') ? '&' : '?'}${position}` : url
    const socket = new WebSocket(address, subprotocols, {
      // As browsers do: every message, with what was said before as its dictionary.
      perMessageDeflate: this.#compression === 'offered' && { threshold: 0 },
      skipUTF8Validation: true,
      localAddress: this.#from,
    })
    this.#socket = socket
    this.#isCut = false
    this.#unprovenBytes = 0
    this.#awaitsPong = false
    socket.on('upgrade', (response) => {
      this.#line = response.socket
    })
    socket.on('message', (data) => this.#hear(data as Buffer))
    socket.on('error', () => {})
    return new Promise((resolve) => {
      this.#settle = resolve
      socket.on('close', (code) => {
        resolve(code)
        if (!this.#isCut) this.#ears.closed(code)
      })
    })
  }

  say(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text)
  }

  ping(): void {
    this.#awaitsPong = true
    this.#unprovenBytes = 0
    this.say(canonicalPing)
  }

  /** Neither side says a word. */
  cut(): void {
    this.#isCut = true
    this.#socket?.terminate()
  }

  #hear(raw: Buffer): void {
    if (raw.length === pong.length && raw.equals(pong)) {
      this.#awaitsPong = false
      return
    }
    this.#ears.received(raw.length)
    this.#unprovenBytes += raw.length
    if (this.#unprovenBytes >= pingAfterBytes && !this.#awaitsPong) this.ping()
    for (const heard of this.#ears.read(raw)) this.#take(heard)
  }

  #take({ welcome, online, joined, left, messages, seqs, syncedAt, refusals }: Heard): void {
    if (welcome) {
      this.#userId = welcome.user_id
      this.#epoch = welcome.epoch
      this.resumed = welcome.resumed
    }
    this.online = (online ?? this.online) + this.#others(joined) - this.#others(left)
    if (messages.length > 0) this.#takeMessages(messages)
    for (const seq of seqs) {
      if (seq !== this.#seq + 1) this.holes++
      this.#seq = seq
    }
    for (const code of refusals) this.#ears.refused(code)
    if (syncedAt === null) return
    this.#seq = syncedAt
    // As the project's own client does: who never pinged is not known to read.
    this.ping()
    this.#settle?.('synced')
  }

  #takeMessages(messages: Heard['messages']): void {
    const isNew = ({ id }: { id: string }) => id > this.#lastId
    const fresh = messages.every(isNew) ? messages : messages.filter(isNew)
    this.doubled += messages.length - fresh.length
    this.messages += fresh.length
    this.#lastId = fresh.at(-1)?.id ?? this.#lastId
    this.#ears.heard(fresh)
  }

  #others(users: readonly string[]): number {
    return users.includes(this.#userId) ? users.length - 1 : users.length
  }
}

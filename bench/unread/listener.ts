// A client of chat.v1 as the contract asks: it reads, pings, comes back and resumes, and sends
// again what it did not hear back.

import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { canonicalPing, canonicalPong } from '../../src/contract/frames.ts'
import type { Door } from '../subject/subject.ts'
import type { Book } from './book.ts'
import type { Frame, Read } from './frames.ts'

const pingAfterBytes = 256 * 1024
const heartbeatMs = 30_000
const backOff = { leastMs: 200, mostMs: 1_000 }
const pong = Buffer.from(canonicalPong)

export class Listener {
  readonly #door: Door
  readonly #book: Book
  readonly #read: Read
  /** Texts that were not heard back yet, by their `client_id`. */
  readonly #unheard = new Map<string, string>()
  #socket: WebSocket | null = null
  #isLive = false
  #isLeaving = false
  #onLive: () => void = () => {}
  #epoch = ''
  #seq = -1
  #lastId = ''
  #unprovenBytes = 0
  #awaitsPong = false
  received = 0
  readonly #heartbeat: ReturnType<typeof setInterval>

  constructor(door: Door, book: Book, read: Read) {
    this.#door = door
    this.#book = book
    this.#read = read
    this.#heartbeat = setInterval(() => this.#ping(), heartbeatMs)
  }

  /** In, and told everything. */
  enter(): Promise<void> {
    return new Promise((resolve) => {
      this.#onLive = resolve
      this.#connect()
    })
  }

  say(content: string): void {
    const client_id = randomUUID()
    const text = JSON.stringify({ event: 'send_message', data: { content, client_id } })
    this.#unheard.set(client_id, text)
    if (this.#isLive) this.#socket?.send(text)
  }

  leave(): void {
    this.#isLeaving = true
    clearInterval(this.#heartbeat)
    this.#socket?.terminate()
  }

  #connect(): void {
    const { url, subprotocols } = this.#door
    const from = this.#seq < 0 ? '' : `?epoch=${this.#epoch}&since=${this.#seq}`
    const socket = new WebSocket(url + from, subprotocols, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    })
    this.#socket = socket
    this.#unprovenBytes = 0
    this.#awaitsPong = false
    socket.on('message', (data) => this.#hear(data as Buffer))
    socket.on('error', () => {})
    socket.on('close', (code) => {
      this.#isLive = false
      if (this.#isLeaving) return
      this.#book.closed(code)
      const { leastMs, mostMs } = backOff
      setTimeout(() => this.#connect(), leastMs + Math.random() * (mostMs - leastMs))
    })
  }

  #hear(raw: Buffer): void {
    if (raw.length === pong.length && raw.equals(pong)) {
      this.#awaitsPong = false
      return
    }
    this.#unprovenBytes += raw.length
    if (this.#unprovenBytes >= pingAfterBytes && !this.#awaitsPong) this.#ping()
    for (const frame of this.#read(raw)) this.#take(frame)
  }

  #take({ event, data, seq }: Frame): void {
    if (event === 'welcome') {
      if (this.#seq >= 0 && !data.resumed) this.#book.reloads++
      this.#epoch = data.epoch
    }
    if (event === 'error') this.#book.refuse(data.code)
    if (event === 'new_message') this.#takeMessage(data)
    if (seq === undefined) return
    if (event !== 'synced' && seq !== this.#seq + 1) this.#book.holes++
    this.#seq = seq
    if (event === 'synced') this.#beLive()
  }

  #takeMessage({ id, content, client_id }: Frame['data']): void {
    if (client_id !== undefined) this.#unheard.delete(client_id)
    if (id <= this.#lastId) {
      this.#book.doubled++
      return
    }
    this.#lastId = id
    this.received++
    this.#book.arrived(content)
  }

  #beLive(): void {
    this.#isLive = true
    for (const text of this.#unheard.values()) this.#socket?.send(text)
    this.#onLive()
  }

  #ping(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    this.#awaitsPong = true
    this.#unprovenBytes = 0
    this.#socket.send(canonicalPing)
  }
}

// A socket that is welcomed and then reads no more: not the frames, and nothing from TCP.

import { type RawData, WebSocket } from 'ws'
import { canonicalPing, canonicalPong } from '../../src/contract/frames.ts'
import type { Door } from '../subject/subject.ts'
import type { SleeperKind } from './orders.ts'

const blindPingMs = 5_000

export class Sleeper {
  readonly kind: SleeperKind
  readonly #socket: WebSocket
  readonly #asleep: Promise<void>
  readonly #closed: Promise<number>
  #readAt = 0

  constructor({ url, subprotocols }: Door, kind: SleeperKind) {
    this.kind = kind
    this.#socket = new WebSocket(url, subprotocols, { perMessageDeflate: false })
    this.#socket.on('error', () => {})
    this.#closed = new Promise((resolve) => this.#socket.on('close', resolve))
    this.#socket.on('message', () => {
      this.#readAt = performance.now()
    })
    this.#asleep = this.#fallAsleep()
  }

  #fallAsleep(): Promise<void> {
    const isLastHeard = this.kind === 'silent' ? isSynced : isPong
    return new Promise((resolve) => {
      const hear = (data: RawData) => {
        const text = String(data)
        if (isSynced(text) && this.kind !== 'silent') this.#socket.send(canonicalPing)
        if (!isLastHeard(text)) return
        this.#socket.off('message', hear)
        this.#socket.pause()
        if (this.kind === 'blind') this.#pingBlindly()
        resolve()
      }
      this.#socket.on('message', hear)
    })
  }

  get asleep(): Promise<void> {
    return this.#asleep
  }

  /** Reads what is left. Gives the code the socket was closed with; null: it is still open. */
  async wake(quietMs: number): Promise<number | null> {
    this.#readAt = performance.now()
    this.#socket.resume()
    for (;;) {
      const wait = this.#readAt + quietMs - performance.now()
      if (wait <= 0) return null
      const code = await Promise.race([this.#closed, sleep(wait)])
      if (code !== null) return code
    }
  }

  #pingBlindly(): void {
    const pinging = setInterval(() => {
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(canonicalPing)
      else clearInterval(pinging)
    }, blindPingMs)
  }

  leave(): void {
    this.#socket.terminate()
  }
}

const isSynced = (text: string) => text.includes('"event":"synced"')
const isPong = (text: string) => text === canonicalPong
const sleep = (ms: number) => new Promise<null>((resolve) => setTimeout(() => resolve(null), ms))

// A plain client that knows no ping: it reads all the time, and comes back when it was closed.

import { WebSocket } from 'ws'
import type { Door } from '../subject/subject.ts'

const backOffMs = 500

export class Onlooker {
  readonly #door: Door
  readonly #onClose: (code: number) => void
  #socket: WebSocket | null = null
  #isLeaving = false

  constructor(door: Door, onClose: (code: number) => void) {
    this.#door = door
    this.#onClose = onClose
  }

  enter(): Promise<void> {
    return new Promise((resolve) => this.#connect(resolve))
  }

  leave(): void {
    this.#isLeaving = true
    this.#socket?.terminate()
  }

  #connect(onOpen: () => void): void {
    const socket = new WebSocket(this.#door.url, this.#door.subprotocols, {
      perMessageDeflate: false,
    })
    this.#socket = socket
    socket.on('open', onOpen)
    socket.on('message', () => {})
    socket.on('error', () => {})
    socket.on('close', (code) => {
      if (this.#isLeaving) return
      this.#onClose(code)
      setTimeout(() => this.#connect(() => {}), backOffMs)
    })
  }
}

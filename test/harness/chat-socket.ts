// One WebSocket to the room, with the handshake and the pings that the protocol asks of a client.

import { WebSocket } from 'ws'

const ping = '{"event":"ping","data":{}}'
const pingAfterMs = 30_000
const pingAfterBytes = 256 * 1_024

export type ChatSocketOptions = {
  port: number
  token: string
  /** Whether the client offers `chat.v1`. */
  batching: boolean
  /** The position to resume from, as a query. */
  query?: string
  /** How long the connection may take to become live before it is dropped. */
  liveWithinMs: number
  isLive(): boolean
  onText(text: string): void
}

export type Closed = {
  code: number
  reason: string
  /** Whether it was dropped because it did not become live. */
  timedOut: boolean
}

export class ChatSocket {
  readonly closed: Promise<Closed>
  readonly #socket: WebSocket
  #bytesSincePing = 0

  constructor({ port, token, batching, query = '', ...options }: ChatSocketOptions) {
    const { liveWithinMs, isLive, onText } = options
    const url = `ws://127.0.0.1:${port}/ws/chat?${query}`
    const socket = batching
      ? new WebSocket(url, ['chat.v1', `bearer.${token}`])
      : new WebSocket(`${url}&token=${token}`, { perMessageDeflate: false })
    this.#socket = socket

    let timedOut = false
    const timeout = setTimeout(() => {
      timedOut = !isLive()
      if (timedOut) socket.terminate()
    }, liveWithinMs)
    const pinging = setInterval(() => this.#ping(), pingAfterMs)
    socket.on('message', (data) => {
      const text = String(data)
      this.#bytesSincePing += Buffer.byteLength(text)
      if (this.#bytesSincePing > pingAfterBytes) this.#ping()
      onText(text)
    })
    socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        clearTimeout(timeout)
        clearInterval(pinging)
        resolve({ code, reason: String(reason), timedOut })
      })
    })
  }

  send(event: string, data: object): void {
    if (this.#socket.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ event, data }))
  }

  close(): void {
    this.#socket.close(1000)
  }

  /** Ends the connection without a close frame. */
  drop(): void {
    this.#socket.terminate()
  }

  #ping(): void {
    this.#bytesSincePing = 0
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(ping)
  }
}

// A TCP proxy on loopback that can cut, stall, slow and refuse connections. Of the bytes that it
// carries it recognises only the start of a WebSocket.

import { once } from 'node:events'
import {
  type AddressInfo,
  createConnection,
  createServer,
  type Server,
  type Socket,
} from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

type Direction = 'up' | 'down'

const webSocketStart = Buffer.from('GET /ws/')

export class TcpProxy {
  readonly port: number
  readonly #server: Server
  readonly #connections = new Set<ProxiedConnection>()
  #refusing = false
  #delayMs = 0
  #stalled = new Set<Direction>()
  /** How many bytes each of the next WebSockets may receive before it is cut. */
  #budgets: number[] = []

  static async open(target: number): Promise<TcpProxy> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new TcpProxy(server, target)
  }

  private constructor(server: Server, target: number) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (near) => {
      near.on('error', () => {})
      if (this.#refusing) return near.destroy()
      const far = createConnection(target, '127.0.0.1')
      const connection = new ProxiedConnection(near, far, () => this.#budgets.shift())
      this.#connections.add(connection)
      connection.ended.then(() => this.#connections.delete(connection))
      connection.delayMs = this.#delayMs
      for (const direction of this.#stalled) connection.stall(direction)
    })
  }

  /** Ends every connection without a close frame. */
  cut(): void {
    for (const connection of this.#connections) connection.destroy()
  }

  /** Ends every connection, and each new one, until it is healed. */
  refuse(): void {
    this.#refusing = true
    this.cut()
  }

  /** Ends the client's side of every connection. The server's side stays open until `heal`. */
  leaveHalfOpen(): void {
    for (const connection of this.#connections) connection.dropNear()
  }

  stall(direction: Direction): void {
    this.#stalled.add(direction)
    for (const connection of this.#connections) connection.stall(direction)
  }

  /** Delays all bytes, in both directions. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs
    for (const connection of this.#connections) connection.delayMs = delayMs
  }

  /** Cuts each of the next WebSockets after so many bytes from the server. */
  cutAfterBytes(budgets: number[]): void {
    this.#budgets = budgets
  }

  heal(): void {
    this.#refusing = false
    this.#budgets = []
    this.#stalled.clear()
    this.slow(0)
    for (const connection of this.#connections) connection.heal()
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

class ProxiedConnection {
  readonly ended: Promise<unknown>
  delayMs = 0
  readonly #near: Socket
  readonly #far: Socket
  readonly #stalled = new Set<Direction>()
  #halfOpen = false
  #budget = Number.POSITIVE_INFINITY

  /** @param budgetOf called when the connection turns out to be a WebSocket */
  constructor(near: Socket, far: Socket, budgetOf: () => number | undefined) {
    this.#near = near
    this.#far = far
    near.once('data', (bytes) => {
      if (bytes.subarray(0, webSocketStart.length).equals(webSocketStart))
        this.#budget = budgetOf() ?? this.#budget
    })
    near.setNoDelay(true)
    far.setNoDelay(true)
    near.on('error', () => {})
    far.on('error', () => far.destroy())
    this.#carry('up', near, far)
    this.#carry('down', far, near)
    // `once` would reject on errors, which are expected here.
    const closed = (socket: Socket) => new Promise((resolve) => socket.on('close', resolve))
    this.ended = Promise.all([closed(near), closed(far)])
  }

  stall(direction: Direction): void {
    this.#stalled.add(direction)
    this.#source(direction).pause()
  }

  dropNear(): void {
    this.#halfOpen = true
    this.#near.destroy()
  }

  heal(): void {
    if (this.#halfOpen) this.#far.destroy()
    const stalled = [...this.#stalled]
    this.#stalled.clear()
    for (const direction of stalled) this.#source(direction).resume()
  }

  destroy(): void {
    this.#near.destroy()
    this.#far.destroy()
  }

  #source(direction: Direction): Socket {
    return direction === 'up' ? this.#near : this.#far
  }

  #carry(direction: Direction, from: Socket, to: Socket): void {
    // Timers alone do not keep the order of the pieces.
    let last = Promise.resolve()
    let waiting = 0
    const later = (work: () => void) => {
      if (waiting === 0 && this.delayMs === 0) return work()
      waiting++
      const dueAt = Date.now() + this.delayMs
      last = last
        .then(() => delay(Math.max(0, dueAt - Date.now())))
        .then(() => {
          waiting--
          work()
        })
    }
    from.on('data', (bytes) => {
      const piece = direction === 'down' ? this.#withinBudget(bytes) : bytes
      later(() => {
        if (!to.writable) return
        if (!to.write(piece)) from.pause()
        if (this.#budget <= 0) this.destroy()
      })
    })
    to.on('drain', () => {
      if (!this.#stalled.has(direction)) from.resume()
    })
    from.on('close', () => {
      if (!this.#halfOpen) later(() => to.end())
    })
  }

  #withinBudget(bytes: Buffer): Buffer {
    const piece = bytes.subarray(0, this.#budget)
    this.#budget -= bytes.length
    return piece
  }
}

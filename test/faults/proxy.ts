// A TCP line on loopback that can be cut, stalled, slowed or made deaf, in front of anything that
// listens. Of what flows through it, it knows only where a WebSocket begins.

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

const webSocketSign = Buffer.from('GET /ws/')

export class Link {
  readonly port: number
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #refusing = false
  #delayMs = 0
  #stalled = new Set<Direction>()
  /** Bytes that come down the next WebSockets before each is cut. */
  #budgets: number[] = []

  static async open(target: number): Promise<Link> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Link(server, target)
  }

  private constructor(server: Server, target: number) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (near) => {
      near.on('error', () => {})
      if (this.#refusing) return near.destroy()
      const far = createConnection(target, '127.0.0.1')
      const pair = new Pair(near, far, () => this.#budgets.shift())
      this.#pairs.add(pair)
      pair.ended.then(() => this.#pairs.delete(pair))
      pair.delayMs = this.#delayMs
      for (const direction of this.#stalled) pair.stall(direction)
    })
  }

  /** Ends every connection without a word. */
  cut(): void {
    for (const pair of this.#pairs) pair.destroy()
  }

  /** Ends every connection, and each new one, until it is healed. */
  refuse(): void {
    this.#refusing = true
    this.cut()
  }

  /** The near end learns that the connection is gone, the far end does not, until it is healed. */
  leaveHalfOpen(): void {
    for (const pair of this.#pairs) pair.dropNear()
  }

  stall(direction: Direction): void {
    this.#stalled.add(direction)
    for (const pair of this.#pairs) pair.stall(direction)
  }

  /** Milliseconds that every piece is late, either way. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs
    for (const pair of this.#pairs) pair.delayMs = delayMs
  }

  /** The next WebSockets break off after so many bytes from the far end, each. */
  breakNext(budgets: number[]): void {
    this.#budgets = budgets
  }

  heal(): void {
    this.#refusing = false
    this.#budgets = []
    this.#stalled.clear()
    this.slow(0)
    for (const pair of this.#pairs) pair.heal()
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

class Pair {
  readonly ended: Promise<unknown>
  delayMs = 0
  readonly #near: Socket
  readonly #far: Socket
  readonly #stalled = new Set<Direction>()
  #halfOpen = false
  #budget = Number.POSITIVE_INFINITY

  /** @param budgetOf asked when it turns out to be a WebSocket */
  constructor(near: Socket, far: Socket, budgetOf: () => number | undefined) {
    this.#near = near
    this.#far = far
    near.once('data', (bytes) => {
      if (bytes.subarray(0, webSocketSign.length).equals(webSocketSign))
        this.#budget = budgetOf() ?? this.#budget
    })
    near.setNoDelay(true)
    far.setNoDelay(true)
    near.on('error', () => {})
    far.on('error', () => far.destroy())
    this.#carry('up', near, far)
    this.#carry('down', far, near)
    // Not once(): it fails on errors, which are nothing new here.
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
    // A chain, for timers alone do not keep the order.
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

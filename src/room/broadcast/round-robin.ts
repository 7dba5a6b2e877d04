// The connections that are sent frames in one way, and up to which frame they have been sent them.
// Each round visits every connection once, so that none waits longer than the others.

import type { Connection } from '../connections/registry.ts'

export class RoundRobin {
  readonly #connections: () => Iterable<Connection>
  /** A round ends with every connection knowing the frames before `to`. */
  #round: { connections: Iterator<Connection>; to: number } | null = null
  #known = 0

  constructor(connections: () => Iterable<Connection>) {
    this.#connections = connections
  }

  /** The first frame that some connection may not have been sent yet. */
  get known(): number {
    return this.#known
  }

  /** The next connection that was not sent all frames before `end`; null: there is none. */
  next(end: number): Connection | null {
    while (this.#known < end) {
      this.#round ??= { connections: this.#connections()[Symbol.iterator](), to: end }
      const { value: connection, done } = this.#round.connections.next()
      if (done) {
        this.#known = this.#round.to
        this.#round = null
      } else if (!connection.waiting && connection.toldTo < end) return connection
    }
    return null
  }
}

// Visits the connections of one kind, batching or plain, and records up to which frame all were sent.
// Each round visits every connection once, so that none waits longer than the others.

import type { Connection, LiveConnection } from '../connections/connection.ts'

export class RoundRobin {
  readonly #connections: () => Iterable<Connection>
  /** At the end of a round every connection was sent the frames before `end`. */
  #round: { connections: Iterator<Connection>; end: number } | null = null
  #sentTo = 0

  constructor(connections: () => Iterable<Connection>) {
    this.#connections = connections
  }

  /** The number of the first frame that some connection may not have been sent yet. */
  get sentTo(): number {
    return this.#sentTo
  }

  /** The next connection that was not sent all frames before `end`; null: there is none. */
  next(end: number): LiveConnection | null {
    while (this.#sentTo < end) {
      this.#round ??= { connections: this.#connections()[Symbol.iterator](), end }
      const { value: connection, done } = this.#round.connections.next()
      if (done) {
        this.#sentTo = this.#round.end
        this.#round = null
      } else if (connection.state.kind === 'live' && connection.state.sentTo < end)
        return connection as LiveConnection
    }
    return null
  }
}

// What the bench asks of the generator, which is a process of its own, and what that answers.

import type { Door } from '../subject/subject.ts'
import type { Buckets } from './histogram.ts'

/** How the clients speak: our two kinds, those of a peer that passes on any text, Socket.IO's. */
export type Dialect = 'bare' | 'plain' | 'chat.v1' | 'socket.io'

export type Orders = {
  connect: { dialect: Dialect; doors: Door[]; sockets: number }
  /**
   * Open loop: message k is due at its time, whatever the subject does. What has not come when
   * nothing came for so long is lost.
   */
  load: { rate: number; seconds: number; lostAfterMs: number }
  disconnect: Record<string, never>
}

export type Answers = {
  connect: { seconds: number }
  load: LoadReport
  disconnect: Record<string, never>
}

export type LoadReport = {
  /** Messages, and copies of them that arrived. */
  sent: number
  deliveries: number
  /** WebSocket messages that carried them. */
  webSocketMessages: number
  /** From the first due time to the last arrival. */
  seconds: number
  /** From the due time of the message to its arrival, of all deliveries. */
  latency: Buckets
  faults: Faults
  generator: {
    /** Share of the time in which its one thread was busy; near 1 it is the bound itself. */
    busy: number
    cpuSeconds: number
    /** How far behind the due time messages left, 99th percentile. */
    lateMs: number
  }
}

export type Faults = {
  /** Deliveries that never came. */
  lost: number
  doubled: number
  /** Not in the order of the other receivers, or of the ids, or with a hole in `seq`. */
  disordered: number
  /** Refused messages and closed sockets, by code. */
  refused: Record<string, number>
  closed: Record<string, number>
}

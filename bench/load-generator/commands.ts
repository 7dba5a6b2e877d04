// The commands of the load generator, and its reports.

import type { Buckets } from './histogram.ts'

/** How clients speak: to a server that passes on any text, to the room, or to Socket.IO. */
export type Dialect = 'bare' | 'plain' | 'chat.v1' | 'socket.io'

export type Endpoint = { url: string; subprotocols: string[] }

export type Connect = {
  dialect: Dialect
  /** One socket connects to each, or so many connect to them in turn. */
  endpoints: readonly Endpoint[]
  sockets?: number
  /** How many connect at the same time; all, if it is not said. */
  concurrency?: number
  /** By which other commands name these users. */
  group?: string
}

export type Connected = {
  /** How many users were refused, by reason. */
  refused: Record<string, number>
  resumed: number
  /** From the first connect until a user is ready. */
  readyMs: Buckets
  /** WebSocket messages and their bytes since the first connect, without pongs. */
  webSocketMessages: number
  bytes: number
  busy: number
}

export type PresenceKnown = {
  /** Since the first connect of the latest command; null if some user never knew. */
  seconds: number | null
  webSocketMessages: number
  bytes: number
}

/** Open loop: message k is due at its time, whatever the server does. */
export type StartLoad = {
  rate: number
  contentBytes?: number
  /** Its users send, and latency is measured at them. All users, if it is not said. */
  group?: string
}

export type FinishLoad = {
  /** The load ends after so many messages, or at once if it is not said. */
  messages?: number
  /** A delivery is lost if nothing arrived for so long. */
  lostAfterMs?: number
}

export type PostMessages = {
  url: string
  token: string
  count: number
  contentBytes: number
}

/** Open loop, too. Each user of the group chooses something else for the next message, in turn. */
export type StartReactions = { group: string; messageIds: string[]; rate: number }

export type ReactionReport = {
  sent: number
  /** Answered by `reaction_set`, and refused. */
  acknowledged: number
  refused: number
  /** What all people have chosen in the end: by message, how often each emoji. */
  counts: Record<string, Record<string, number>>
}

/** What all users received since the last time it was asked. */
export type Received = { webSocketMessages: number; bytes: number }

export type TimeRequests = { urls: string[]; token: string; seconds: number }

export type LoadReport = {
  /** Messages, and copies of them that arrived. */
  sent: number
  deliveries: number
  /** WebSocket messages that carried them. */
  webSocketMessages: number
  /** From the first due time to the last arrival. */
  seconds: number
  /** From a message's due time to its arrival, of all deliveries that are measured. */
  latency: Buckets
  faults: Faults
  generator: {
    /** Share of the time in which its one thread was busy. Near 1 it is the bound. */
    busy: number
    cpuSeconds: number
  }
}

export type Faults = {
  /** Deliveries that never arrived. */
  lost: number
  doubled: number
  /** Not in the order of the other receivers or of the ids, or with a gap in `seq`. */
  disordered: number
  /** Refused messages and closed sockets, by code. */
  refused: Record<string, number>
  closed: Record<string, number>
}

export const noFaults = (): Faults => ({
  lost: 0,
  doubled: 0,
  disordered: 0,
  refused: {},
  closed: {},
})

export function countIn(counts: Record<string, number>, key: string | number): void {
  counts[key] = (counts[key] ?? 0) + 1
}

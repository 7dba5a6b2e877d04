// What a figure asks of a process full of people, and what that answers.

import type { Buckets } from '../generator/histogram.ts'
import type { Door } from '../subject/subject.ts'

/** `offered`: a client offers permessage-deflate, as browsers do. Whether it is used the room decides. */
export type Compression = 'offered' | 'not offered'

export type Orders = {
  /** All of these connect, at once or so many at a time; each door is one socket. */
  arrive: { doors: Door[]; atOnce: number; compression?: Compression }
  /** Waits until everyone knows that so many are online. */
  learn: { online: number }
  /** Their lines are cut without a word. */
  cut: Record<string, never>
  /** Whoever was cut connects at once, with the position they had. */
  comeBack: Record<string, never>
  /** Begins, in an open loop: message k is due at its time, whatever the room does. */
  talk: { rate: number; contentBytes: number }
  /** Ends the talk when so many were said; at once if there are more already. */
  hush: { messages: number }
  /** Waits until everyone heard so many messages since they arrived, or nothing came for long. */
  settle: { messages: number; lostAfterMs?: number }
  /** By REST, a request after the other in each of so many lines, the addresses in turns. */
  read: Reading
  leave: Record<string, never>
}

export type Reading = {
  addresses: string[]
  headers: Record<string, string>
  atOnce: number
  seconds: number
}

export type Answers = {
  arrive: Arrival
  learn: Knowledge
  cut: Record<string, never>
  comeBack: Arrival
  talk: Record<string, never>
  hush: { sent: number }
  settle: Verdict
  read: Pages
  leave: Record<string, never>
}

export type Arrival = {
  arrived: number
  /** Not let in, or put out again, by code. */
  refused: Record<string, number>
  resumed: number
  /** Whose sockets use permessage-deflate. */
  compressed: number
  /** From the first connect to each one's `synced`. */
  syncedMs: Buckets
  /** WebSocket messages that reached this process meanwhile, without pongs, and their bytes. */
  sends: number
  bytes: number
  /** Share of the time in which the process was busy; near 1 it is the bound itself. */
  busy: number
}

export type Knowledge = {
  /** Since the first connect of the latest arrival; null: some never knew. */
  seconds: number | null
  /** WebSocket messages and their bytes since then. */
  sends: number
  bytes: number
  ignorant: number
}

/** Of the latest talk of this process, up to now. */
export type Talk = {
  refused: Record<string, number>
  /** From the due time to each arrival at anyone of this process. */
  latency: Buckets
  worstMs: number
  busy: number
}

export type Verdict = {
  /** Messages that never came, or came again, or with a hole in `seq` before them. */
  lost: number
  doubled: number
  holes: number
  closed: Record<string, number>
  /** Of all that arrived since the talk began, as it was on the wire. */
  wireBytes: number
  talk: Talk
}

export type Pages = {
  /** Of each address, in their order; of answers with status 200 alone. */
  latencies: Buckets[]
  requests: number
  failed: Record<string, number>
  seconds: number
  busy: number
}

// What the bench asks of the people's process, one order at a time, and what that answers.

import type { Buckets } from '../generator/histogram.ts'
import type { Door } from '../subject/subject.ts'

/** `pinged`: proved once that they read. `silent`: never did. `blind`: ping on, and never read. */
export type SleeperKind = 'pinged' | 'silent' | 'blind'

export type Orders = {
  /** One listener comes through each door. */
  enter: { doors: Door[] }
  /** One plain client that never pings comes through each door, and reads. */
  look: { doors: Door[] }
  /** So many sockets come through each door, and stop reading once they are in. */
  sleep: { doors: Door[]; socketsEach: number; kind: SleeperKind }
  /** Begins an open loop: message k is due at its time, whatever the room does. */
  talk: { rate: number; seconds: number; contentBytes: number }
  sample: Record<string, never>
  /** Everyone has everything, or nothing came for a while. */
  settle: Record<string, never>
  /** The sleepers read again, until they are closed or have nothing left to read. */
  wake: Record<string, never>
  leave: Record<string, never>
}

/** Since the last sample. */
export type Sample = {
  /** From a message's due time to its arrival, of all deliveries, also after a resume. */
  latency: Buckets
  /** Listeners' sockets that were closed, by code. */
  closed: Record<string, number>
  /** The same of those who only look on. */
  onlookersClosed: Record<string, number>
  /** Share of the time in which the process was busy; near 1 it is the bound itself. */
  busy: number
}

export type Verdict = {
  sent: number
  deliveries: number
  lost: number
  doubled: number
  /** Holes in the live `seq`. */
  holes: number
  /** Resumes that the room could not serve. */
  reloads: number
  refused: Record<string, number>
}

export type Answers = {
  enter: Record<string, never>
  look: Record<string, never>
  sleep: Record<string, never>
  talk: Record<string, never>
  sample: Sample
  settle: Verdict
  /** Sleepers by kind and the code they were closed with; `open` if they were not. */
  wake: Record<string, number>
  leave: Record<string, never>
}

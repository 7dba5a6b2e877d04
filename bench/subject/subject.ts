// What the bench can put load on: our room or a peer. A new peer is a new file that gives one.

import type { Dialect } from '../generator/orders.ts'

export type Subject = {
  name: string
  dialect: Dialect
  /** Where the ramp begins: 1 is what fills a core if every delivery is a send of its own. */
  rampFrom: number
  start(crowd: CrowdSize): Promise<RunningSubject>
}

export type CrowdSize = { sockets: number; accounts: number }

export type RunningSubject = {
  /** One address per account, to be shared by its sockets. */
  doors: Door[]
  /** The process whose CPU is counted. */
  pid: number
  stop(): Promise<void>
}

export type Door = { url: string; subprotocols: string[] }

// How much of everything: the whole campaign, and one that fits into a minute.

import { strangeBytes } from './scenes/bytes.ts'
import { foreignPages } from './scenes/cookies.ts'
import { endings, erasure } from './scenes/endings.ts'
import * as entries from './scenes/entries.ts'
import { eachInTurn } from './scenes/frames.ts'
import { putOut } from './scenes/operators.ts'
import { racingRefresh, stolenRefresh } from './scenes/refreshes.ts'
import { greedy } from './scenes/registrations.ts'
import { renewals } from './scenes/renewals.ts'
import type { Scene } from './scenes/scene.ts'
import { oldTicket, tickets } from './scenes/tickets.ts'

export type Plan = {
  frames: number
  requests: number
  honest: number
  /** Accounts that call, and accounts that open sockets. */
  callers: number
  /** Callers whose sessions may end. */
  spares: number
  sockets: number
  /** Calls at once. */
  lanes: number
  /** Of each kind of slow connections. */
  slow: number
  /** Times of each kind of login. */
  samples: number
  scenes: Scene[]
  /** Those that open accounts: one after the other, because passwords keep the Worker busy. */
  dear: Scene[]
}

const dear: Scene[] = [
  stolenRefresh,
  racingRefresh,
  endings,
  erasure,
  foreignPages,
  greedy,
  putOut,
  tickets,
]

const scenes: Scene[] = [
  strangeBytes,
  eachInTurn,
  renewals,
  entries.forgedEntry,
  entries.foreignEntry,
  entries.strangePositions,
  entries.brokenEntry,
  entries.deafSocket,
]

export const whole: Plan = {
  frames: 100_000,
  requests: 50_000,
  honest: 5,
  callers: 18,
  spares: 3,
  sockets: 40,
  lanes: 8,
  slow: 25,
  samples: 250,
  scenes,
  dear: [...dear, oldTicket],
}

export const short: Plan = {
  frames: 3_000,
  requests: 2_500,
  honest: 5,
  callers: 6,
  spares: 1,
  sockets: 6,
  lanes: 6,
  slow: 4,
  samples: 30,
  scenes,
  dear,
}

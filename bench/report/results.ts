// What the bench found: plain data, as it is kept in JSON.

import type { DelayRow, DelayRules } from '../figures/delay.ts'
import type { DeliveriesRow, DeliveriesRules } from '../figures/deliveries.ts'
import type { LoneRow, LoneRules } from '../figures/lone.ts'

export type Run = {
  loadAverageBefore: number
  /** Every subject with every number of sockets. */
  deliveries: DeliveriesRow[]
  lone: LoneRow[]
  delay: DelayRow[]
}

export type Rules = {
  /** One for each number of sockets. */
  deliveries: DeliveriesRules[]
  lone: LoneRules
  delay: DelayRules
}

export type Results = {
  mode: string
  startedAt: string
  /** Of the code that was measured. */
  commit: string
  machine: string
  stores: { postgres: string; redis: string }
  rules: Rules
  runs: Run[]
}

// How long and how often the bench measures: short, to look; full, for figures to quote.

import type { DeliveriesRules } from './figures/deliveries.ts'
import type { Rules } from './report/results.ts'

/** At 2,000 sockets the rate that the aims name. A bare object has some of its core to spare at both. */
const moderateRates: Record<number, number> = { 500: 30, 2000: 10 }
const moderateDeliveries = 15_000

/** The flood rule of a socket ends at 6. */
const loneRate = 5

const lengths = {
  short: {
    runs: 1,
    deliveries: {
      moderateSeconds: 3,
      up: 1.5,
      stepSeconds: 2,
      holdSeconds: 3,
      halvings: 1,
      budgetSeconds: 10,
    },
    lone: { rate: loneRate, seconds: 6, rounds: 1 },
    delay: { sockets: 20, rate: 50, seconds: 4, rounds: 1, delaysMs: [0, 200] },
  },
  full: {
    runs: 3,
    deliveries: {
      moderateSeconds: 12,
      up: 1.4,
      stepSeconds: 3,
      holdSeconds: 10,
      halvings: 2,
      budgetSeconds: 35,
    },
    lone: { rate: loneRate, seconds: 10, rounds: 3 },
    delay: { sockets: 20, rate: 50, seconds: 10, rounds: 2, delaysMs: [0, 200, 5_000] },
  },
} satisfies Record<string, Length>

type Length = Omit<Rules, 'deliveries'> & {
  runs: number
  deliveries: Omit<DeliveriesRules, 'sockets' | 'moderateRate'>
}

/** @param crowds the numbers of sockets to measure with */
export function rulesOf(mode: keyof typeof lengths, crowds: number[]): Rules & { runs: number } {
  const { deliveries, ...rest } = lengths[mode]
  const each = crowds.map((sockets) => ({
    ...deliveries,
    sockets,
    moderateRate: moderateRates[sockets] ?? moderateDeliveries / sockets,
  }))
  return { ...rest, deliveries: each }
}

// Deliveries a second and CPU per delivery: our room beside a bare object, one after the other.

import type { Generator } from '../generator/generator.ts'
import { findHighest, type Ramp } from '../ramp.ts'
import type { Subject } from '../subject/subject.ts'
import { enter, type Trial } from '../trial.ts'

export type DeliveriesRules = {
  sockets: number
  accounts: number
  /** Messages a second at which latency and cost are compared. */
  moderateRate: number
  moderateSeconds: number
  stepSeconds: number
  holdSeconds: number
  halvings: number
  budgetSeconds: number
}

export type DeliveriesRow = {
  subject: string
  moderate: Trial
  ramp: Ramp
  /** The flood rule of the sockets, not the room, ended the ramp. */
  atFloodLimit: boolean
}

const p99MaxMs = 300
const warmUpSeconds = 2
/** A socket may send 60 frames in 10 s; at this pace it never does. */
const ratePerSocketMax = 5.5

export async function measureDeliveries(
  subject: Subject,
  generator: Generator,
  rules: DeliveriesRules,
): Promise<DeliveriesRow> {
  const { sockets, moderateRate, moderateSeconds, ...steps } = rules
  const stage = await enter(subject, generator, rules)
  const rateMax = sockets * ratePerSocketMax
  // A socket send costs about 30 µs: this many messages a second fill the core.
  const coreful = 33_000 / sockets
  try {
    await stage.try(moderateRate, warmUpSeconds)
    const moderate = await stage.try(moderateRate, moderateSeconds)
    const ramp = await findHighest(stage.try, subject.rampFrom * coreful, {
      ...steps,
      p99MaxMs,
      rateMax,
    })
    return {
      subject: subject.name,
      moderate,
      ramp,
      atFloodLimit: ramp.highest.rate >= rateMax * 0.99,
    }
  } finally {
    await stage.leave()
  }
}

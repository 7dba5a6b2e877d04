// Deliveries a second and CPU per delivery: each subject by itself, one after the other.

import type { Generator } from '../generator/generator.ts'
import { findHighest, type Ramp, type RampRules } from '../ramp.ts'
import { spread } from '../report/spread.ts'
import type { Subject } from '../subject/subject.ts'
import { table } from '../table.ts'
import { enter, type Trial } from '../trial.ts'

export type DeliveriesRules = Omit<RampRules, 'p99MaxMs' | 'rateMax'> & {
  sockets: number
  /** Messages a second at which latency and cost are compared. */
  moderateRate: number
  moderateSeconds: number
}

export type DeliveriesRow = {
  subject: string
  sockets: number
  moderate: Trial
  ramp: Ramp
  /** The flood rule of the sockets, not the subject, ended the ramp. */
  atFloodLimit: boolean
}

const p99MaxMs = 300
const warmUpSeconds = 2
/** Our room lets a socket send 60 frames in 10 s; at this pace nobody sends more. */
const ratePerSocketMax = 5.5
/** The room's own rule of ten sockets a user holds. */
const socketsPerAccount = 10
/** A socket send costs about 30 µs: so many a second fill a core. */
const corefulOfSends = 33_000

export async function measureDeliveries(
  subject: Subject,
  generator: Generator,
  { sockets, moderateRate, moderateSeconds, ...steps }: DeliveriesRules,
): Promise<DeliveriesRow> {
  const accounts = Math.ceil(sockets / socketsPerAccount)
  const stage = await enter(subject, generator, { sockets, accounts })
  const rateMax = sockets * ratePerSocketMax
  try {
    await stage.try(moderateRate, warmUpSeconds)
    const moderate = await stage.try(moderateRate, moderateSeconds)
    const from = (subject.rampFrom * corefulOfSends) / sockets
    const ramp = await findHighest(stage.try, from, { ...steps, p99MaxMs, rateMax })
    const atFloodLimit = ramp.highest.rate >= rateMax * 0.99
    return { subject: subject.name, sockets, moderate, ramp, atFloodLimit }
  } finally {
    await stage.leave()
  }
}

export const hasResult = ({ ramp }: DeliveriesRow) => ramp.outcome !== 'none'

/** @param runs of each run, the rows of all subjects with this number of sockets. */
export function deliveriesSection(
  runs: DeliveriesRow[][],
  { sockets, moderateRate }: DeliveriesRules,
): string[] {
  const subjects = runs[0] ?? []
  if (subjects.length === 0) return []
  const of = ({ subject }: DeliveriesRow) =>
    runs.flatMap((rows) => rows.find((row) => row.subject === subject) ?? [])
  const highest = (subject: DeliveriesRow) => of(subject).filter(hasResult)
  const cells = (rows: Trial[], columns: [(trial: Trial) => number, number][]) =>
    columns.map(([column, digits]) => spread(rows.map(column), digits))
  return [
    `## Deliveries, ${sockets} sockets`,
    '',
    table(
      ['highest sustained, p99 ≤ 300 ms', 'deliveries/s', 'messages/s', 'frames a send'].concat(
        ['p50 ms', 'p99 ms', 'CPU µs a delivery'],
        ['cores: subject', 'generator', 'stores', 'others'],
      ),
      subjects.map((row) => [
        row.subject + (row.atFloodLimit ? ' (at the flood limit)' : ''),
        ...cells(
          highest(row).map(({ ramp }) => ramp.highest),
          [
            [(trial) => trial.deliveriesPerSecond, 0],
            [(trial) => trial.rate, 0],
            [(trial) => trial.framesPerSend, 1],
            [(trial) => trial.p50Ms, 1],
            [(trial) => trial.p99Ms, 1],
            [(trial) => trial.cpuPerDeliveryUs, 2],
            [(trial) => trial.cores.subject, 2],
            [(trial) => trial.cores.generator, 2],
            [(trial) => trial.cores.standIns, 2],
            [(trial) => trial.cores.others, 2],
          ],
        ),
      ]),
    ),
    '',
    table(
      [`at ${moderateRate} messages/s`, 'p50 ms', 'p99 ms', 'CPU µs a delivery', 'frames a send'],
      subjects.map((row) => [
        row.subject,
        ...cells(
          of(row).map(({ moderate }) => moderate),
          [
            [(trial) => trial.p50Ms, 1],
            [(trial) => trial.p99Ms, 1],
            [(trial) => trial.cpuPerDeliveryUs, 2],
            [(trial) => trial.framesPerSend, 1],
          ],
        ),
      ]),
    ),
    '',
  ]
}

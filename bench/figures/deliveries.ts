// Deliveries a second and CPU for each: every subject by itself, one after the other.

import type { Subject } from '../peers/subject.ts'
import { type Row, runsTable } from '../report/table.ts'
import { findHighest, type RateSearch, type SearchSteps } from './rate-search.ts'
import { openStage, type Trial } from './trial.ts'

export type DeliveriesOptions = Omit<SearchSteps, 'p99MaxMs' | 'rateMax'> & {
  moderateSeconds: number
}

export type DeliveriesRow = {
  subject: string
  sockets: number
  moderate: Trial
  search: RateSearch
  /** The room's flood limit for each socket ended the search. */
  atFloodLimit: boolean
}

export const p99MaxMs = 300
const warmUpSeconds = 2
/** A socket may send 60 frames in 10 s to the room; at this rate none sends more. */
const ratePerSocketMax = 5.5
const socketsPerAccount = 10
/** A socket send costs about 30 µs, so this many a second fill a core. */
const sendsPerCore = 33_000
/** Messages a second at which latency and cost are compared: each subject has some CPU to spare. */
const moderateRates: Record<number, number> = { 500: 30, 2000: 10 }
const moderateDeliveries = 15_000

const moderateRate = (sockets: number) => moderateRates[sockets] ?? moderateDeliveries / sockets

export async function measureDeliveries(
  subject: Subject,
  sockets: number,
  { moderateSeconds, ...steps }: DeliveriesOptions,
): Promise<DeliveriesRow> {
  const accounts = Math.ceil(sockets / socketsPerAccount)
  const stage = await openStage(subject, { sockets, accounts })
  const rateMax = sockets * ratePerSocketMax
  try {
    await stage.attempt(moderateRate(sockets), warmUpSeconds)
    const moderate = await stage.attempt(moderateRate(sockets), moderateSeconds)
    const from = (subject.searchFrom * sendsPerCore) / sockets
    const search = await findHighest(stage.attempt, from, { ...steps, p99MaxMs, rateMax })
    const atFloodLimit = search.highest.rate >= rateMax * 0.99
    return { subject: subject.name, sockets, moderate, search, atFloodLimit }
  } finally {
    await stage.close()
  }
}

export const hasResult = ({ search }: DeliveriesRow) => search.outcome !== 'none'

const columns: [name: string, digits: number, value: (trial: Trial) => number][] = [
  ['deliveries/s', 0, (trial) => trial.deliveriesPerSecond],
  ['messages/s', 0, (trial) => trial.rate],
  ['frames a send', 1, (trial) => trial.framesPerSend],
  ['p50 ms', 1, (trial) => trial.p50Ms],
  ['p99 ms', 1, (trial) => trial.p99Ms],
  ['CPU µs a delivery', 2, (trial) => trial.cpuPerDeliveryUs],
  ['cores: subject', 2, (trial) => trial.cores.subject],
  ['generator', 2, (trial) => trial.cores.generator],
  ['stores', 2, (trial) => trial.cores.stores],
  ['others', 2, (trial) => trial.cores.others],
]
const moderateColumns = ['p50 ms', 'p99 ms', 'CPU µs a delivery', 'frames a send']

const digitsOf = (names: string[]) =>
  Object.fromEntries(names.map((n) => [n, columns.find(([name]) => name === n)?.[1] ?? 0]))

const valuesOf = (trial: Trial): Row['values'] =>
  Object.fromEntries(columns.map(([name, , value]) => [name, value(trial)]))

/** @param runs of each run, the rows with this number of sockets */
export function deliveriesSection(runs: DeliveriesRow[][], sockets: number): string[] {
  const limited = new Set(runs[0]?.filter((row) => row.atFloodLimit).map(({ subject }) => subject))
  const labelOf = (subject: string) =>
    limited.has(subject) ? `${subject} (at the flood limit)` : subject
  return [
    `## Deliveries, ${sockets} sockets`,
    '',
    runsTable(
      `highest sustained, p99 ≤ ${p99MaxMs} ms`,
      digitsOf(columns.map(([name]) => name)),
      runs.map((rows) =>
        rows.map((row) => ({
          label: labelOf(row.subject),
          values: hasResult(row) ? valuesOf(row.search.highest) : {},
        })),
      ),
    ),
    '',
    runsTable(
      `at ${moderateRate(sockets)} messages/s`,
      digitsOf(moderateColumns),
      runs.map((rows) =>
        rows.map(({ subject, moderate }) => ({ label: subject, values: valuesOf(moderate) })),
      ),
    ),
    '',
  ]
}

// Someone alone in the room: from a send until it comes back to its own sender, in turns with a
// peer, so that what else the machine does falls on all of them.

import type { Generator } from '../generator/generator.ts'
import { merge, percentile } from '../generator/histogram.ts'
import type { LoadReport } from '../generator/orders.ts'
import { spread } from '../report/spread.ts'
import type { Subject } from '../subject/subject.ts'
import { table } from '../table.ts'
import { fill } from '../trial.ts'

export type LoneRules = { rate: number; seconds: number; rounds: number }

export type LoneRow = { subject: string; messages: number; p50Ms: number; p99Ms: number }

const warmUpSeconds = 2

/** @param subjects of our room at most one: a second one would empty its stores. */
export async function measureLone(
  subjects: Subject[],
  generator: Generator,
  { rate, seconds, rounds }: LoneRules,
): Promise<LoneRow[]> {
  const running = []
  try {
    for (const subject of subjects)
      running.push({ subject, running: await subject.start({ sockets: 1, accounts: 1 }) })
    const reports = new Map(subjects.map(({ name }) => [name, [] as LoadReport[]]))
    for (let round = 0; round < rounds; round++)
      for (const { subject, running: place } of running) {
        const { dialect, name } = subject
        const stage = await fill({ dialect, running: place }, generator, 1)
        if (round === 0) await stage.try(rate, warmUpSeconds)
        reports.get(name)?.push((await stage.try(rate, seconds)).report)
        await stage.leave()
      }
    return [...reports].map(([name, own]) => summary(name, own))
  } finally {
    for (const { running: place } of running) await place.stop()
  }
}

function summary(subject: string, reports: LoadReport[]): LoneRow {
  const latency = merge(reports.map((report) => report.latency))
  return {
    subject,
    messages: reports.reduce((sum, { sent }) => sum + sent, 0),
    p50Ms: percentile(latency, 0.5),
    p99Ms: percentile(latency, 0.99),
  }
}

export function loneSection(runs: LoneRow[][], { rate }: LoneRules): string[] {
  const subjects = runs[0] ?? []
  if (subjects.length === 0) return []
  const all = (subject: string, of: (row: LoneRow) => number, digits: number) =>
    spread(
      runs
        .flat()
        .filter((row) => row.subject === subject)
        .map(of),
      digits,
    )
  return [
    `## A lone user's send to own echo, ${rate} messages/s`,
    '',
    table(
      ['subject', 'messages', 'p50 ms', 'p99 ms'],
      subjects.map(({ subject }) => [
        subject,
        all(subject, (row) => row.messages, 0),
        all(subject, (row) => row.p50Ms, 2),
        all(subject, (row) => row.p99Ms, 2),
      ]),
    ),
    '',
  ]
}

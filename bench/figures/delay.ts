// From a send to its broadcast while Postgres and Redis answer late: it must make no difference.

import { setTimeout as delay } from 'node:timers/promises'
import type { Generator } from '../generator/generator.ts'
import { merge, percentile } from '../generator/histogram.ts'
import { spread } from '../report/spread.ts'
import type { StandIns } from '../subject/stand-ins.ts'
import type { Subject } from '../subject/subject.ts'
import { table } from '../table.ts'
import { enter, type Trial } from '../trial.ts'

export type DelayRules = {
  sockets: number
  rate: number
  seconds: number
  rounds: number
  delaysMs: number[]
}

export type DelayRow = {
  delayMs: number
  messages: number
  deliveries: number
  p50Ms: number
  p99Ms: number
  /** Calls to the slow stand-ins while the messages were sent. */
  calls: { postgres: number; redis: number }
}

const warmUpSeconds = 1
const settleMs = 1_500

type Phase = { trial: Trial; calls: DelayRow['calls'] }

export async function measureDelay(
  subject: Subject,
  standIns: StandIns,
  generator: Generator,
  { sockets, rate, seconds, rounds, delaysMs }: DelayRules,
): Promise<DelayRow[]> {
  const stage = await enter(subject, generator, { sockets, accounts: sockets })
  const phases = new Map<number, Phase[]>(delaysMs.map((delayMs) => [delayMs, []]))
  try {
    await stage.try(rate, warmUpSeconds)
    // In turns, so that what else the machine does falls on all of them.
    for (let round = 0; round < rounds; round++)
      for (const delayMs of delaysMs) {
        standIns.setDelay(delayMs)
        const before = standIns.calls()
        const trial = await stage.try(rate, seconds)
        const after = standIns.calls()
        const calls = {
          postgres: after.postgres - before.postgres,
          redis: after.redis - before.redis,
        }
        phases.get(delayMs)?.push({ trial, calls })
        standIns.setDelay(0)
        await delay(delayMs + settleMs)
      }
  } finally {
    await stage.leave()
  }
  return [...phases].map(([delayMs, own]) => summary(delayMs, own))
}

function summary(delayMs: number, phases: Phase[]): DelayRow {
  const latency = merge(phases.map(({ trial }) => trial.report.latency))
  const sum = (of: (phase: Phase) => number) => phases.reduce((total, one) => total + of(one), 0)
  return {
    delayMs,
    messages: sum(({ trial }) => trial.report.sent),
    deliveries: sum(({ trial }) => trial.report.deliveries),
    p50Ms: percentile(latency, 0.5),
    p99Ms: percentile(latency, 0.99),
    calls: {
      postgres: sum(({ calls }) => calls.postgres),
      redis: sum(({ calls }) => calls.redis),
    },
  }
}

export function delaySection(runs: DelayRow[][], { sockets, rate }: DelayRules): string[] {
  const delays = runs[0] ?? []
  if (delays.length === 0) return []
  const all = (delayMs: number, of: (row: DelayRow) => number, digits = 0) =>
    spread(
      runs
        .flat()
        .filter((row) => row.delayMs === delayMs)
        .map(of),
      digits,
    )
  return [
    `## Send to broadcast, ${sockets} sockets, ${rate} messages/s, Postgres and Redis late`,
    '',
    table(
      ['their delay', 'messages', 'p50 ms', 'p99 ms', 'calls to Postgres', 'to Redis'],
      delays.map(({ delayMs }) => [
        `${delayMs} ms`,
        all(delayMs, (row) => row.messages),
        all(delayMs, (row) => row.p50Ms, 1),
        all(delayMs, (row) => row.p99Ms, 1),
        all(delayMs, (row) => row.calls.postgres),
        all(delayMs, (row) => row.calls.redis),
      ]),
    ),
    '',
  ]
}

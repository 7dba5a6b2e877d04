// From a send to its broadcast while Postgres and Redis answer late, which must make no difference.

import { setTimeout as delay } from 'node:timers/promises'
import type { Stores } from '../harness/stores.ts'
import { merge, percentile } from '../load-generator/histogram.ts'
import type { Subject } from '../peers/subject.ts'
import { type Row, runsTable } from '../report/table.ts'
import { openStage, type Trial } from './trial.ts'

export type SlowStoresOptions = { seconds: number; rounds: number; delaysMs: number[] }

const sockets = 20
const rate = 50
const warmUpSeconds = 1
const settleMs = 1_500

type Phase = { trial: Trial; calls: ReturnType<Stores['calls']> }

export async function measureSlowStores(
  subject: Subject,
  stores: Stores,
  { seconds, rounds, delaysMs }: SlowStoresOptions,
): Promise<Row[]> {
  const stage = await openStage(subject, { sockets, accounts: sockets })
  const phases = new Map<number, Phase[]>(delaysMs.map((delayMs) => [delayMs, []]))
  try {
    await stage.attempt(rate, warmUpSeconds)
    // In turns, so that whatever else the machine does affects all of them.
    for (let round = 0; round < rounds; round++)
      for (const delayMs of delaysMs) {
        stores.setDelay(delayMs)
        const before = stores.calls()
        const trial = await stage.attempt(rate, seconds)
        const { postgres, redis } = stores.calls()
        const calls = { postgres: postgres - before.postgres, redis: redis - before.redis }
        phases.get(delayMs)?.push({ trial, calls })
        stores.setDelay(0)
        await delay(delayMs + settleMs)
      }
  } finally {
    await stage.close()
  }
  return [...phases].map(([delayMs, own]) => {
    const latency = merge(own.map(({ trial }) => trial.report.latency))
    const sum = (value: (phase: Phase) => number) =>
      own.reduce((total, phase) => total + value(phase), 0)
    return {
      label: `${delayMs} ms`,
      values: {
        deliveries: sum(({ trial }) => trial.report.deliveries),
        messages: sum(({ trial }) => trial.report.sent),
        'p50 ms': percentile(latency, 0.5),
        'p99 ms': percentile(latency, 0.99),
        'calls to Postgres': sum(({ calls }) => calls.postgres),
        'to Redis': sum(({ calls }) => calls.redis),
      },
    }
  })
}

export function slowStoresSection(runs: Row[][]): string[] {
  const columns = { messages: 0, 'p50 ms': 1, 'p99 ms': 1, 'calls to Postgres': 0, 'to Redis': 0 }
  return [
    `## Send to broadcast, ${sockets} sockets, ${rate} messages/s, Postgres and Redis late`,
    '',
    runsTable('their delay', columns, runs),
    '',
  ]
}

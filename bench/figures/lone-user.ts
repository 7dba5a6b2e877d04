// A user alone in the room: from a send to its own echo, in turns with a peer, so that whatever else
// the machine does affects both.

import { merge, percentile } from '../load-generator/histogram.ts'
import type { Subject } from '../peers/subject.ts'
import { type Row, runsTable } from '../report/table.ts'
import { openStage } from './trial.ts'

export type LoneUserOptions = { seconds: number; rounds: number }

/** The room's flood limit for a socket is 6. */
const rate = 5
const warmUpSeconds = 2

/** @param subjects at most one of them is the room, as a second one would empty its stores */
export async function measureLoneUser(
  subjects: Subject[],
  { seconds, rounds }: LoneUserOptions,
): Promise<Row[]> {
  const open = []
  try {
    for (const subject of subjects) {
      const stage = await openStage(subject, { sockets: 1, accounts: 1 })
      open.push({ subject: subject.name, stage, latencies: [] as ReturnType<typeof merge>[] })
      await stage.attempt(rate, warmUpSeconds)
    }
    for (let round = 0; round < rounds; round++)
      for (const { stage, latencies } of open)
        latencies.push((await stage.attempt(rate, seconds)).report.latency)
    return open.map(({ subject, latencies }) => {
      const latency = merge(latencies)
      const [p50 = 0, p99 = 0] = [0.5, 0.99].map((share) => percentile(latency, share))
      const messages = rounds * rate * seconds
      return { label: subject, values: { messages, 'p50 ms': p50, 'p99 ms': p99 } }
    })
  } finally {
    for (const { stage } of open) await stage.close()
  }
}

export function loneUserSection(runs: Row[][]): string[] {
  return [
    `## A lone user's send to own echo, ${rate} messages/s`,
    '',
    runsTable('subject', { messages: 0, 'p50 ms': 2, 'p99 ms': 2 }, runs),
    '',
  ]
}

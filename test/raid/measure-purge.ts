// Measures what a purge of many messages costs the room: the call, beside the same call for no messages.
// The time of the clock depends on what else the machine does, and that of the processor does not.

import { childProcesses, cpuSeconds } from '../../bench/harness/machine.ts'
import { median } from '../../bench/report/statistics.ts'
import type { Account } from './accounts.ts'
import type { Stage } from './stage.ts'

const emptyCalls = 30
const hourMs = 60 * 60_000

/** In milliseconds of one call: the median by the clock, and the mean of the processor in workerd. */
export type CallTime = { clockMs: number; cpuMs: number }
export type PurgeTime = { messages: number[]; full: CallTime; empty: CallTime }

/** @param people each has written many messages within the last hour */
export async function measurePurge({ asOperator }: Stage, people: Account[]): Promise<PurgeTime> {
  const messages: number[] = []
  const purge = async (id: string, since: number) => {
    const from = performance.now()
    const body = { since: new Date(since).toISOString(), reason: null }
    const answer = await asOperator('POST', `/admin/users/${id}/purge`, body)
    messages.push((answer as { messages: number }).messages)
    return performance.now() - from
  }
  const empty = await timed(emptyCalls, (n) =>
    purge(people[n % people.length]?.id ?? '', Date.now()),
  )
  messages.length = 0
  const full = await timed(people.length, (n) => purge(people[n]?.id ?? '', Date.now() - hourMs))
  return { messages, full, empty }
}

async function timed(count: number, call: (n: number) => Promise<number>): Promise<CallTime> {
  const [workerd = 0] = childProcesses('workerd')
  const times: number[] = []
  const before = cpuSeconds(workerd)
  while (times.length < count) times.push(await call(times.length))
  return { clockMs: median(times), cpuMs: (1_000 * (cpuSeconds(workerd) - before)) / count }
}

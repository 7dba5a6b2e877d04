// Reads by REST in a closed loop, over kept connections.

import { Agent, get } from 'node:http'
import { performance } from 'node:perf_hooks'
import { Histogram } from '../generator/histogram.ts'
import { countIn } from './crowd.ts'
import type { Pages, Reading } from './orders.ts'

export async function read({ addresses, headers, atOnce, seconds }: Reading): Promise<Pages> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const histograms = addresses.map(() => new Histogram())
  const failed: Record<string, number> = {}
  const loop = performance.eventLoopUtilization()
  const start = performance.now()
  let requests = 0
  const readInTurn = async () => {
    while (performance.now() - start < seconds * 1000) {
      const n = requests++ % addresses.length
      const asked = performance.now()
      const outcome = await statusOf(addresses[n] ?? '', headers, agent)
      if (outcome === 200) histograms[n]?.add(performance.now() - asked)
      else countIn(failed, outcome)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, readInTurn))
  agent.destroy()
  return {
    latencies: histograms.map((histogram) => histogram.buckets()),
    requests,
    failed,
    seconds: (performance.now() - start) / 1000,
    busy: performance.eventLoopUtilization(loop).utilization,
  }
}

/** Or the code of the error. */
function statusOf(
  address: string,
  headers: Record<string, string>,
  agent: Agent,
): Promise<number | string> {
  return new Promise((resolve) => {
    get(address, { headers, agent }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
    }).once('error', ({ message }) => resolve(message))
  })
}

// The generator's process: takes one order at a time from the bench and answers it.

import { performance } from 'node:perf_hooks'
import { carryOut } from '../errands.ts'
import { Crowd } from './crowd.ts'
import { Histogram, percentile } from './histogram.ts'
import type { Answers, LoadReport, Orders } from './orders.ts'

const leadMs = 50
/** Timers are late by up to a millisecond. At so low a rate there is time to wait awake for it. */
const punctualRateMax = 50
const awakeMs = 2

let crowd: Crowd | null = null

carryOut<Orders, Answers>({
  async connect({ dialect, doors, sockets }) {
    const start = performance.now()
    crowd = new Crowd(dialect, sockets)
    await crowd.enter(doors, sockets)
    return { seconds: (performance.now() - start) / 1000 }
  },
  async load(order) {
    if (!crowd) throw new Error('Nobody is connected')
    return load(crowd, order)
  },
  async disconnect() {
    await crowd?.leave()
    crowd = null
    return {}
  },
})

async function load(
  crowd: Crowd,
  { rate, seconds, lostAfterMs }: Orders['load'],
): Promise<LoadReport> {
  const { ledger } = crowd
  ledger.begin()
  const sent = Math.round(rate * seconds)
  const late = new Histogram()
  const cpuBefore = process.cpuUsage()
  const loopBefore = performance.eventLoopUtilization()
  const start = performance.now() + leadMs

  await new Promise<void>((resolve) => {
    let next = 0
    const speakWhatIsDue = () => {
      for (; next < sent; next++) {
        const due = start + (next * 1000) / rate
        const now = performance.now()
        if (due > now) break
        late.add(now - due)
        crowd.speak(due)
      }
      if (next === sent) return resolve()
      const wait = start + (next * 1000) / rate - performance.now()
      if (rate > punctualRateMax) setTimeout(speakWhatIsDue, Math.max(0, wait))
      else if (wait > awakeMs) setTimeout(speakWhatIsDue, wait - awakeMs)
      else setImmediate(speakWhatIsDue)
    }
    speakWhatIsDue()
  })
  const { utilization: busy } = performance.eventLoopUtilization(loopBefore)

  const spoken = performance.now()
  const silentFor = () => performance.now() - Math.max(spoken, ledger.lastArrival)
  while (!ledger.settled && silentFor() < lostAfterMs)
    await new Promise((resolve) => setTimeout(resolve, 5))
  if (!ledger.settled) ledger.giveUp()

  const { user, system } = process.cpuUsage(cpuBefore)
  return {
    sent,
    deliveries: ledger.deliveries,
    webSocketMessages: ledger.webSocketMessages,
    seconds: (ledger.lastArrival - start) / 1000,
    latency: ledger.latency.buckets(),
    faults: ledger.faults,
    generator: {
      busy,
      cpuSeconds: (user + system) / 1e6,
      lateMs: percentile(late.buckets(), 0.99),
    },
  }
}

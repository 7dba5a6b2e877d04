// What a socket costs in memory, idle, and whether a room of ten thousand that talks stays within
// what the platform gives an object.

import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../generator/histogram.ts'
import { openHouse } from '../house/house.ts'
import { cpuSeconds } from '../machine.ts'
import { anonymousMiB } from '../memory.ts'
import type { Verdict } from '../people/orders.ts'
import { bringIn, startPeople } from '../people/people.ts'
import type { Uses } from '../subject/service.ts'
import { table } from '../table.ts'

export type CrowdMemoryRules = {
  /** Sockets at which is looked, rising. */
  sockets: number[]
  /** What the largest crowd says in a second, and for how long. */
  rate: number
  seconds: number
}

export type CrowdMemoryData = {
  idle: { sockets: number; heapMiB: number; processMiB: number; joinSeconds: number }[]
  talk: {
    sockets: number
    rate: number
    sent: number
    p50Ms: number
    p99Ms: number
    /** V8's heap as it was, garbage included, and after a collection; and the process. */
    heapMostMiB: number
    heapAfterMiB: number
    processMostMiB: number
    cores: number
    clientsBusy: number
    verdict: Pick<Verdict, 'lost' | 'doubled' | 'holes' | 'closed'>
  }
}

const heapMaxMiB = 128
/** workerd holds two open files for each socket; and these besides. */
const filesPerSocket = 2
const otherFiles = 200
const settleMs = 3_000
const lookEveryMs = 250
const contentBytes = 80

export async function measureCrowdMemory(
  uses: Uses,
  { sockets: wanted, rate, seconds }: CrowdMemoryRules,
): Promise<CrowdMemoryData> {
  const most = Math.min(Math.max(...wanted), mostSockets())
  const sockets = [...new Set(wanted.map((count) => Math.min(count, most)))]
  const house = await openHouse(uses, { accounts: most, inspected: true })
  const crowd = startPeople()
  try {
    // The isolate runs, and everything is loaded.
    await fetch(`${house.url}/users/online`)
    const look = async (joinSeconds: number, online: number) => {
      await delay(settleMs)
      const heapMiB = await house.heapMiB()
      const processMiB = anonymousMiB(house.pid)
      idle.push({ sockets: online, heapMiB, processMiB, joinSeconds })
    }
    const idle: CrowdMemoryData['idle'] = []
    await look(0, 0)
    let online = 0
    for (const next of sockets) {
      const added = house.people.slice(online, next)
      const doors = await Promise.all(added.map((one) => house.door(one, 'chat.v1')))
      const { syncedMs } = await bringIn(crowd, { doors, atOnce: 200 })
      online = next
      await crowd.ask('learn', { online })
      await look(percentile(syncedMs, 1) / 1000, online)
    }

    const cpuBefore = cpuSeconds(house.pid)
    const began = performance.now()
    let heapMostMiB = 0
    let processMostMiB = 0
    await crowd.ask('talk', { rate, contentBytes })
    while (performance.now() - began < seconds * 1000) {
      heapMostMiB = Math.max(heapMostMiB, await house.heapNowMiB())
      processMostMiB = Math.max(processMostMiB, anonymousMiB(house.pid))
      await delay(lookEveryMs)
    }
    const { sent } = await crowd.ask('hush', { messages: 0 })
    const cores = (cpuSeconds(house.pid) - cpuBefore) / ((performance.now() - began) / 1000)
    const { talk, lost, doubled, holes, closed } = await crowd.ask('settle', { messages: sent })
    return {
      idle,
      talk: {
        sockets: most,
        rate,
        sent,
        p50Ms: percentile(talk.latency, 0.5),
        p99Ms: percentile(talk.latency, 0.99),
        heapMostMiB,
        heapAfterMiB: await house.heapMiB(),
        processMostMiB,
        cores,
        clientsBusy: talk.busy,
        verdict: { lost, doubled, holes, closed },
      },
    }
  } finally {
    crowd.stop()
    await house.stop()
  }
}

/** How many the files that a process may open (`ulimit -n`) suffice for. */
function mostSockets(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1])
  return Math.floor((files - otherFiles) / filesPerSocket)
}

export function crowdMemorySection({ idle, talk }: CrowdMemoryData): string[] {
  const [none] = idle
  const perSocket = (row: CrowdMemoryData['idle'][number], of: 'heapMiB' | 'processMiB') =>
    row.sockets === 0 ? '' : (((row[of] - (none?.[of] ?? 0)) * 2 ** 20) / row.sockets).toFixed(0)
  const { verdict } = talk
  const isWhole =
    verdict.lost + verdict.doubled + verdict.holes + Object.keys(verdict.closed).length === 0
  return [
    '## Memory of sockets, one account each',
    '',
    table(
      [
        ...['idle sockets', 'heap MiB', 'heap bytes a socket', 'process MiB'],
        ...['process bytes a socket', 'joined in s'],
      ],
      idle.map((row) => [
        `${row.sockets}`,
        row.heapMiB.toFixed(1),
        perSocket(row, 'heapMiB'),
        row.processMiB.toFixed(1),
        perSocket(row, 'processMiB'),
        row.sockets === 0 ? '' : row.joinSeconds.toFixed(1),
      ]),
    ),
    '',
    table(
      [
        ...['talking sockets', 'messages/s', 'messages', 'p50 ms', 'p99 ms', 'heap MiB: most'],
        ...['after a collection', 'process MiB: most', 'cores', 'clients busy', 'aim'],
      ],
      [
        [
          `${talk.sockets}`,
          `${talk.rate}`,
          `${talk.sent}`,
          talk.p50Ms.toFixed(0),
          talk.p99Ms.toFixed(0),
          talk.heapMostMiB.toFixed(1),
          talk.heapAfterMiB.toFixed(1),
          talk.processMostMiB.toFixed(0),
          talk.cores.toFixed(2),
          `${(talk.clientsBusy * 100).toFixed(0)} %`,
          isWhole && talk.heapMostMiB < heapMaxMiB ? 'reached' : 'missed',
        ],
      ],
    ),
    '',
    `Aim: heap under ${heapMaxMiB} MiB, nothing lost. Heap: V8's, of the isolate of Worker and room, ` +
      'after a collection. Process: heaps and buffers of workerd in all, which shares the machine ' +
      'with no other Worker here; what is queued for sockets and SQLite are in it. The largest crowd ' +
      'is what `ulimit -n` allows, ten thousand at most.',
    ...(isWhole ? [] : [`Not whole: ${JSON.stringify(verdict)}`]),
    '',
  ]
}

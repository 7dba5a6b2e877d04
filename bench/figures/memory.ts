// Measures the memory of idle sockets, and whether ten thousand that chat stay within the memory that
// the platform gives to an object.

import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds, memoryMiB, watchMemory } from '../harness/machine.ts'
import { percentile } from '../load-generator/histogram.ts'
import { connectAll, isFaultless } from '../load-generator/start.ts'
import { percent, record, table, verdict } from '../report/table.ts'
import { roomFigure, withRoom } from './figure.ts'

const heapMaxMiB = 128
/** workerd holds two open files for each socket, and some more. */
const filesPerSocket = 2
const otherFiles = 200
const settleMs = 3_000
const heapSampleMs = 250
const contentBytes = 80
/** Messages a second of the largest crowd. */
const rate = 5

const modes = {
  short: { crowds: [100, 500, 1_000], seconds: 5 },
  full: { crowds: [1_000, 5_000, 10_000], seconds: 30 },
}

type Idle = { sockets: number; heapMiB: number; processMiB: number; joinSeconds: number }

export const memory = roomFigure(modes, async (harness, { crowds, seconds }) => {
  const most = Math.min(Math.max(...crowds), socketsMax())
  return withRoom(
    harness,
    { accounts: most, limits: 'production', inspected: true },
    async (room, generator) => {
      // Loads everything that the room needs.
      await fetch(`${room.url}/users/online`)
      const idle: Idle[] = []
      const look = async (sockets: number, joinSeconds: number) => {
        await delay(settleMs)
        const heapMiB = await room.heapMiB('collected')
        idle.push({ sockets, heapMiB, processMiB: memoryMiB(room.pid), joinSeconds })
      }
      await look(0, 0)
      let online = 0
      for (const sockets of new Set(crowds.map((count) => Math.min(count, most)))) {
        const endpoints = await room.endpoints('chat.v1', room.accounts.slice(online, sockets))
        const crowd = { dialect: 'chat.v1', endpoints, concurrency: 200 } as const
        const { readyMs } = await connectAll(generator, crowd)
        online = sockets
        await generator.call('awaitOnline', online)
        await look(online, percentile(readyMs, 1) / 1000)
      }

      const cpuBefore = cpuSeconds(room.pid)
      const start = performance.now()
      const processMemory = watchMemory(room.pid)
      let heapMostMiB = 0
      await generator.call('startLoad', { rate, contentBytes })
      for (; performance.now() - start < seconds * 1000; await delay(heapSampleMs))
        heapMostMiB = Math.max(heapMostMiB, await room.heapMiB('now'))
      const cores = (cpuSeconds(room.pid) - cpuBefore) / ((performance.now() - start) / 1000)
      const { sent, latency, faults, generator: own } = await generator.call('finishLoad', {})
      const isWhole = isFaultless(faults)
      return [
        '## Memory of sockets, with one account each',
        '',
        idleTable(idle),
        '',
        record({
          'talking sockets': `${most}`,
          'messages/s': `${rate}`,
          messages: `${sent}`,
          'p50 ms': percentile(latency, 0.5).toFixed(0),
          'p99 ms': percentile(latency, 0.99).toFixed(0),
          'heap MiB: most': heapMostMiB.toFixed(1),
          'after a collection': (await room.heapMiB('collected')).toFixed(1),
          'process MiB: most': processMemory.end().most.toFixed(0),
          cores: cores.toFixed(2),
          'clients busy': percent(own.busy),
          aim: verdict(isWhole && heapMostMiB < heapMaxMiB),
        }),
        '',
        `Aim: heap under ${heapMaxMiB} MiB, and nothing lost. Heap: that of V8 in the isolate of Worker ` +
          'and room, after a collection. Process: all heaps and buffers of workerd, with what is ' +
          'queued for sockets and with SQLite. The largest crowd is what `ulimit -n` allows.',
        ...(isWhole ? [] : ['', JSON.stringify(faults)]),
      ]
    },
  )
})

function idleTable(idle: Idle[]): string {
  const bytesPerSocket = (row: Idle, kind: 'heapMiB' | 'processMiB') =>
    (((row[kind] - (idle[0]?.[kind] ?? 0)) * 2 ** 20) / row.sockets).toFixed(0)
  return table(
    [
      ...['idle sockets', 'heap MiB', 'heap bytes a socket', 'process MiB'],
      ...['process bytes a socket', 'joined in s'],
    ],
    idle.map((row) => [
      `${row.sockets}`,
      row.heapMiB.toFixed(1),
      row.sockets === 0 ? '' : bytesPerSocket(row, 'heapMiB'),
      row.processMiB.toFixed(1),
      row.sockets === 0 ? '' : bytesPerSocket(row, 'processMiB'),
      row.sockets === 0 ? '' : row.joinSeconds.toFixed(1),
    ]),
  )
}

/** How many sockets the open files suffice for that a process may have (`ulimit -n`). */
function socketsMax(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1])
  return Math.floor((files - otherFiles) / filesPerSocket)
}

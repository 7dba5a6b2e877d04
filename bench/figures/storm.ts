// A reconnect storm: a crowd is cut off at once, misses messages, and returns at once. Measures how
// long until all have everything, and how long messages meanwhile take to those who stayed.

import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds, watchMemory } from '../harness/machine.ts'
import type { LoadReport } from '../load-generator/commands.ts'
import { percentile } from '../load-generator/histogram.ts'
import { assertFaultless, connectAll, isFaultless } from '../load-generator/start.ts'
import { percent, record, table, verdict } from '../report/table.ts'
import { roomFigure, withRoom } from './figure.ts'

const dialect = 'chat.v1'
const contentBytes = 80
/** Users who stay connected and send. Each may send 60 frames in 10 s. */
const staying = 5
const stayingRate = 10
const calmMs = 3_000

const modes = { short: { users: 200, missed: 100 }, full: { users: 2_000, missed: 500 } }

export const storm = roomFigure(modes, async (harness, { users, missed }) => {
  return withRoom(
    harness,
    { accounts: users + staying + 1, limits: 'raised' },
    async (room, generator) => {
      const [poster, ...others] = room.accounts as [(typeof room.accounts)[0]]
      const token = await room.token(poster)
      const endpoints = await room.endpoints(dialect, others)
      const stay = { dialect, endpoints: endpoints.splice(0, staying), group: 'staying' } as const
      await connectAll(generator, stay)
      await connectAll(generator, { dialect, endpoints, group: 'crowd', concurrency: 100 })
      await generator.call('awaitOnline', users + staying)

      const load = { rate: stayingRate, contentBytes, group: 'staying' }
      await generator.call('startLoad', load)
      await delay(calmMs)
      const calm = await generator.call('finishLoad', {})
      assertFaultless(calm.faults)

      const cpuAtCut = cpuSeconds(room.pid)
      const cutAt = performance.now()
      await generator.call('cut', 'crowd')
      await generator.call('postMessages', { url: room.url, token, count: missed, contentBytes })
      const awaySeconds = (performance.now() - cutAt) / 1000
      await generator.call('startLoad', load)
      const cpuAtReturn = cpuSeconds(room.pid)
      const memory = watchMemory(room.pid)
      const back = await generator.call('reconnect', 'crowd')
      const memoryMiB = memory.end()
      const cpuAtEnd = cpuSeconds(room.pid)
      const { faults, ...returning } = await generator.call('finishLoad', {})
      const isWhole =
        isFaultless(faults) && back.resumed === users && Object.keys(back.refused).length === 0
      return [
        `## ${users} sockets cut at once, each back with ${missed} missed messages`,
        '',
        record({
          'away s': awaySeconds.toFixed(1),
          'half are back s': (percentile(back.readyMs, 0.5) / 1000).toFixed(2),
          'all are back s': (percentile(back.readyMs, 1) / 1000).toFixed(2),
          resumed: `${back.resumed}`,
          lost: `${faults.lost}`,
          doubled: `${faults.doubled}`,
          'out of order': `${faults.disordered}`,
          'MiB received': (back.bytes / 2 ** 20).toFixed(0),
          'CPU s while away': (cpuAtReturn - cpuAtCut).toFixed(2),
          'of the return': (cpuAtEnd - cpuAtReturn).toFixed(2),
          'MiB before': memoryMiB.before.toFixed(0),
          most: memoryMiB.most.toFixed(0),
          'clients busy': percent(back.busy),
          aim: verdict(isWhole),
        }),
        '',
        table(
          [`${staying} who stayed, send to arrival`, 'messages', 'p50 ms', 'p99 ms', 'worst ms'],
          [echoRow('before', calm), echoRow('while all returned', returning)],
        ),
        ...(isWhole ? [] : ['', JSON.stringify({ refused: back.refused, faults })]),
      ]
    },
  )
})

function echoRow(when: string, { sent, latency }: Pick<LoadReport, 'sent' | 'latency'>): string[] {
  const latencies = [0.5, 0.99, 1].map((share) => percentile(latency, share).toFixed(1))
  return [when, `${sent}`, ...latencies]
}

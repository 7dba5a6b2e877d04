// Counts the storage rows, requests and commands of a message around the production bundle: in a busy
// room and in one that is nearly silent, with few and with many listeners.

import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds } from '../harness/machine.ts'
import { countedBetween, type Meter } from '../harness/meter.ts'
import type { Harness } from '../harness/room.ts'
import { connectAll, isFaultless } from '../load-generator/start.ts'
import { table, verdict } from '../report/table.ts'
import { roomFigure, withRoom } from './figure.ts'

type Load = { name: 'busy' | 'sparse'; rate: number; seconds: number }
type Row = {
  label: string
  load: Load
  messages: number
  meter: Meter
  cpuMs: number
  isWhole: boolean
}

const contentBytes = 80
/** Until the last flush and what follows it have ended. */
const settleMs = 3_000
const aims = { rowsWritten: 3, neonRequests: 0.05, redisCommands: 0.2 }

const modes: Record<'short' | 'full', { listeners: number[]; loads: Load[] }> = {
  short: {
    listeners: [50, 100],
    loads: [
      { name: 'busy', rate: 200, seconds: 10 },
      { name: 'sparse', rate: 0.5, seconds: 20 },
    ],
  },
  full: {
    listeners: [100, 1_000],
    loads: [
      { name: 'busy', rate: 200, seconds: 60 },
      { name: 'sparse', rate: 0.5, seconds: 30 },
    ],
  },
}

export const cost = roomFigure(modes, async (harness, { listeners, loads }) => {
  const rows: Row[] = []
  for (const count of listeners) rows.push(...(await measureWith(harness, count, loads)))
  const each = (name: keyof Meter, digits = 3) =>
    rows.map(({ meter, messages }) => (meter[name] / messages).toFixed(digits))
  return [
    '## What a message costs',
    '',
    table(
      ['counted a message', ...rows.map(({ label }) => label)],
      [
        ['messages sent', ...rows.map(({ messages }) => `${messages}`)],
        ['SQLite rows written', ...each('rowsWritten')],
        ['… and by setting alarms', ...each('alarmsSet')],
        ['SQLite rows read', ...each('rowsRead', 1)],
        ['alarms run', ...each('alarmsRun')],
        ['WebSocket messages in', ...each('incomingMessages')],
        ['other requests of the object', ...each('objectRequests')],
        ['Neon requests', ...each('neonRequests', 4)],
        ['Neon bytes received', ...each('neonBytesReceived', 0)],
        ['Redis commands', ...each('redisCommands')],
        ['CPU ms', ...rows.map(({ cpuMs, messages }) => (cpuMs / messages).toFixed(3))],
        ['aims', ...rows.map(judge)],
      ],
    ),
    '',
    `Aims in a busy room, a message: ≤ ${aims.rowsWritten} rows written, alarms included, as each is ` +
      `billed as one; ≤ ${aims.neonRequests} Neon requests; ≤ ${aims.redisCommands} Redis commands. ` +
      'None grows with the listeners. CPU is that of the whole process, with the counters.',
  ]
})

async function measureWith(harness: Harness, listeners: number, loads: Load[]): Promise<Row[]> {
  return withRoom(
    harness,
    { accounts: listeners, limits: 'raised', metered: true },
    async (room, generator) => {
      const read = async () => ({
        meter: await room.readMeter(),
        cpu: cpuSeconds(room.pid),
      })
      const endpoints = await room.endpoints('chat.v1')
      await connectAll(generator, { dialect: 'chat.v1', endpoints, concurrency: 100 })
      await generator.call('awaitOnline', listeners)
      await delay(settleMs)
      const rows: Row[] = []
      for (const load of loads) {
        const { name, rate, seconds } = load
        const before = await read()
        await generator.call('startLoad', { rate, contentBytes })
        const messages = Math.round(rate * seconds)
        const { faults } = await generator.call('finishLoad', { messages })
        await delay(settleMs)
        const after = await read()
        rows.push({
          label: `${name}, ${rate}/s, ${listeners} listeners`,
          load,
          messages,
          meter: countedBetween(before.meter, after.meter),
          cpuMs: (after.cpu - before.cpu) * 1000,
          isWhole: isFaultless(faults),
        })
      }
      return rows
    },
  )
}

function judge({ load, isWhole, messages, meter }: Row): string {
  if (!isWhole) return 'no figure: deliveries failed'
  if (load.name === 'sparse') return ''
  return verdict(
    (meter.rowsWritten + meter.alarmsSet) / messages <= aims.rowsWritten &&
      meter.neonRequests / messages <= aims.neonRequests &&
      meter.redisCommands / messages <= aims.redisCommands,
  )
}

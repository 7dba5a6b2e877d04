// What messages cost: counted by meters around the production bundle, under load and in a room that
// hardly talks, with few and with many listeners; scaled to a million and priced by `prices.ts`.

import { setTimeout as delay } from 'node:timers/promises'
import { openArchive } from '../house/archive.ts'
import { openHouse } from '../house/house.ts'
import { countedBetween, type Meter } from '../house/meter.ts'
import { cpuSeconds } from '../machine.ts'
import { bringIn, startPeople } from '../people/people.ts'
import type { Uses } from '../subject/service.ts'
import { table } from '../table.ts'
import { bill, type Counted } from './bill.ts'

export type CostRules = {
  listeners: number[]
  busy: Load
  sparse: Load
}
type Load = { rate: number; seconds: number }

export type CostRow = Counted & {
  load: 'busy' | 'sparse'
  listeners: number
  rate: number
  lost: number
}

const contentBytes = 80
/** The last flush, and what follows it. */
const settleMs = 3_000
const rules = {
  MESSAGE_LIMIT: '1000000',
  ROOM_LIMIT: '1000000',
  ROOM_SENDS: '1000000000',
}
const aims = { rowsWritten: 3, neonRequests: 0.05, redisCommands: 0.2 }

export async function measureCost(uses: Uses, wanted: CostRules): Promise<CostRow[]> {
  const rows: CostRow[] = []
  for (const listeners of wanted.listeners)
    rows.push(...(await measureWith(uses, listeners, wanted)))
  return rows
}

async function measureWith(
  uses: Uses,
  listeners: number,
  { busy, sparse }: CostRules,
): Promise<CostRow[]> {
  const house = await openHouse(uses, { accounts: listeners, rules, metered: true })
  const crowd = startPeople()
  try {
    const doors = await Promise.all(house.people.map((one) => house.door(one, 'chat.v1')))
    await bringIn(crowd, { doors, atOnce: 100 })
    await crowd.ask('learn', { online: listeners })
    await delay(settleMs)
    const rows: CostRow[] = []
    let said = 0
    for (const [load, { rate, seconds }] of Object.entries({ busy, sparse })) {
      const look = async () => ({
        meter: await house.readMeter(),
        cpu: cpuSeconds(house.pid),
        at: performance.now(),
      })
      const before = await look()
      await crowd.ask('talk', { rate, contentBytes })
      await delay(seconds * 1000)
      const { sent } = await crowd.ask('hush', { messages: Math.round(rate * seconds) })
      said += sent
      const { lost } = await crowd.ask('settle', { messages: said })
      const spoken = performance.now()
      await delay(settleMs)
      const after = await look()
      const meter: Meter = countedBetween(before.meter, after.meter)
      rows.push({
        load: load as 'busy' | 'sparse',
        listeners,
        rate,
        lost,
        messages: sent,
        seconds: (spoken - before.at) / 1000,
        meter,
        cpuSeconds: after.cpu - before.cpu,
        archiveBytes: await openArchive(uses.standIns).bytesPerMessage(),
      })
    }
    return rows
  } finally {
    crowd.stop()
    await house.stop()
  }
}

export function costSection(rows: CostRow[]): string[] {
  const each = ({ messages }: CostRow, count: number, digits = 3) =>
    (count / messages).toFixed(digits)
  const head = rows.map(({ load, listeners, rate }) => `${load}, ${rate}/s, ${listeners} listeners`)
  const line = (what: string, of: (row: CostRow) => string) => [what, ...rows.map(of)]
  return [
    '## What a message costs',
    '',
    table(
      ['counted a message', ...head],
      [
        line('messages said', ({ messages }) => `${messages}`),
        line('SQLite rows written', (row) => each(row, row.meter.rowsWritten)),
        line('… and by setting alarms', (row) => each(row, row.meter.alarmsSet)),
        line('SQLite rows read', (row) => each(row, row.meter.rowsRead, 1)),
        line('alarms run', (row) => each(row, row.meter.alarmsRun)),
        line('WebSocket messages in', (row) => each(row, row.meter.incomingMessages)),
        line('other requests of the object', (row) => each(row, row.meter.objectRequests)),
        line('Neon requests', (row) => each(row, row.meter.neon.requests, 4)),
        line('Neon bytes sent', (row) => each(row, row.meter.neon.bytesOut, 0)),
        line('Neon bytes received', (row) => each(row, row.meter.neon.bytesIn, 0)),
        line('Redis requests', (row) => each(row, row.meter.redis.requests, 4)),
        line('Redis commands', (row) => each(row, row.meter.redis.commands)),
        line('CPU ms', (row) => each(row, row.cpuSeconds * 1000)),
        line('lost', ({ lost }) => `${lost}`),
        line('aims', verdict),
      ],
    ),
    '',
    `Aims under load, a message: ≤ ${aims.rowsWritten} rows written, ≤ ${aims.neonRequests} Neon ` +
      `requests, ≤ ${aims.redisCommands} Redis commands; none grows with the listeners. Alarms set ` +
      'are billed as rows written, and are counted into that aim. CPU is that of the whole process, ' +
      'the meters included.',
    '',
    ...bill(rows.map((row, n) => ({ ...row, name: head[n] ?? '' }))),
  ]
}

function verdict({ load, lost, messages, meter }: CostRow): string {
  if (lost > 0) return 'no figure: messages were lost'
  if (load === 'sparse') return ''
  const missed = [
    (meter.rowsWritten + meter.alarmsSet) / messages > aims.rowsWritten && 'rows',
    meter.neon.requests / messages > aims.neonRequests && 'Neon',
    meter.redis.commands / messages > aims.redisCommands && 'Redis',
  ].filter(Boolean)
  return missed.length === 0 ? 'reached' : `missed: ${missed.join(', ')}`
}

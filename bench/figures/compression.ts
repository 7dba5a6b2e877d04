// What compression costs the room and spares its clients. All of them offer it, as browsers do; the
// room takes the offer or not.

import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../generator/histogram.ts'
import { openHouse } from '../house/house.ts'
import { cpuSeconds } from '../machine.ts'
import { anonymousMiB } from '../memory.ts'
import { bringIn, startPeople } from '../people/people.ts'
import type { Uses } from '../subject/service.ts'
import { table } from '../table.ts'

export type CompressionRules = {
  sockets: number
  /** Messages a second: at the first nearly every message is sent alone, at the second in batches. */
  rates: { calm: number; busy: number }
  seconds: number
  contentBytes: number
  /** Runs of each row, whose medians are shown; rows take turns. */
  rounds: number
}

type Row = { dialect: 'chat.v1' | 'plain'; rate: number; compression: 'off' | 'on' }

type Run = {
  cpuUs: number
  /** On the wire, all frames counted, for each delivery of a message. */
  wireBytes: number
  p50Ms: number
  p99Ms: number
  /** Of the process, a socket: when all had come, and after the talk. */
  idleKiB: number
  talkedKiB: number
  clientsBusy: number
}

export type CompressionData = { rules: CompressionRules; rows: (Row & { runs: Run[] })[] }

const settleMs = 2_000
/** Whoever speaks says more than a person may. */
const limits = { MESSAGE_LIMIT: '1000000', ROOM_LIMIT: '1000000' }

export async function measureCompression(
  uses: Uses,
  rules: CompressionRules,
): Promise<CompressionData> {
  const { calm, busy } = rules.rates
  const loads = [
    { dialect: 'chat.v1', rate: calm },
    { dialect: 'chat.v1', rate: busy },
    { dialect: 'plain', rate: calm },
  ] as const
  const rows = loads.flatMap((load) =>
    (['off', 'on'] as const).map((compression) => ({ ...load, compression, runs: [] as Run[] })),
  )
  for (let round = 0; round < rules.rounds; round++)
    for (const row of rows) row.runs.push(await runOnce(uses, rules, row))
  return { rules, rows }
}

async function runOnce(
  uses: Uses,
  { sockets, seconds, contentBytes }: CompressionRules,
  { dialect, rate, compression }: Row,
): Promise<Run> {
  const house = await openHouse(uses, { accounts: sockets, rules: limits, compression })
  const crowd = startPeople()
  try {
    // The isolate runs, and everything is loaded.
    await fetch(`${house.url}/users/online`)
    await delay(settleMs)
    const emptyMiB = anonymousMiB(house.pid)
    const kibASocket = () => ((anonymousMiB(house.pid) - emptyMiB) * 1024) / sockets

    const doors = await Promise.all(house.people.map((person) => house.door(person, dialect)))
    const { compressed } = await bringIn(crowd, { doors, atOnce: 50, compression: 'offered' })
    if (compressed !== (compression === 'on' ? sockets : 0))
      throw new Error(`Compression is to be ${compression}: ${compressed} of ${sockets} have it`)
    await crowd.ask('learn', { online: sockets })
    await delay(settleMs)
    const idleKiB = kibASocket()

    const cpuBefore = cpuSeconds(house.pid)
    await crowd.ask('talk', { rate, contentBytes })
    const { sent } = await crowd.ask('hush', { messages: Math.round(rate * seconds) })
    const { talk, wireBytes, ...verdict } = await crowd.ask('settle', { messages: sent })
    const { lost, doubled, holes, closed } = verdict
    if (lost + doubled + holes > 0 || Object.keys(closed).length > 0)
      throw new Error(`Not whole: ${JSON.stringify(verdict)}`)
    const deliveries = sent * sockets
    return {
      cpuUs: ((cpuSeconds(house.pid) - cpuBefore) / deliveries) * 1e6,
      wireBytes: wireBytes / deliveries,
      p50Ms: percentile(talk.latency, 0.5),
      p99Ms: percentile(talk.latency, 0.99),
      idleKiB,
      talkedKiB: kibASocket(),
      clientsBusy: talk.busy,
    }
  } finally {
    crowd.stop()
    await house.stop()
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function compressionSection({ rules, rows }: CompressionData): string[] {
  const { sockets, seconds, contentBytes, rounds } = rules
  return [
    `## Compression, ${sockets} sockets`,
    '',
    table(
      [
        ...['clients', 'messages/s', 'compression', 'CPU µs a delivery', 'bytes a delivery'],
        ...['p50 ms', 'p99 ms', 'KiB a socket: idle', 'after the talk', 'clients busy'],
      ],
      rows.map(({ dialect, rate, compression, runs }) => {
        const of = (column: keyof Run) => median(runs.map((run) => run[column]))
        return [
          ...[dialect, `${rate}`, compression],
          ...[of('cpuUs').toFixed(1), of('wireBytes').toFixed(0)],
          ...[of('p50Ms').toFixed(1), of('p99Ms').toFixed(1)],
          ...[of('idleKiB').toFixed(0), of('talkedKiB').toFixed(0)],
          `${(of('clientsBusy') * 100).toFixed(0)} %`,
        ]
      }),
    ),
    '',
    'All clients offer permessage-deflate with a context that is kept, as browsers do. `off` is the ' +
      'flag `no_web_socket_compression`, as in `wrangler.toml`; nothing is between clients and the ' +
      `Worker. Messages of ${contentBytes} bytes of English words, for ${seconds} s; medians of ` +
      `${rounds}. CPU is all that workerd's process used. Bytes are counted on the wire, with all ` +
      'frames that came during the talk. KiB are of the process, beyond what it had before anyone came.',
    '',
  ]
}

// A crowd whose lines are cut at once, that misses messages and comes back at once: how long until
// all have everything, at what cost, and how long those who stayed wait for what they say meanwhile.

import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../generator/histogram.ts'
import { type House, openHouse } from '../house/house.ts'
import { sayMuch } from '../house/rest.ts'
import { cpuSeconds } from '../machine.ts'
import { anonymousMiB } from '../memory.ts'
import type { Verdict } from '../people/orders.ts'
import { bringIn, startPeople } from '../people/people.ts'
import type { Uses } from '../subject/service.ts'
import { table } from '../table.ts'

export type StormRules = { people: number; missed: number; contentBytes: number }

export type StormRow = StormRules & {
  /** From the first connect until so many had everything; seconds. */
  halfBack: number
  allBack: number
  resumed: number
  refused: Record<string, number>
  verdict: Pick<Verdict, 'lost' | 'doubled' | 'holes' | 'closed'>
  mebibytes: number
  /** While nobody else did anything, and from the first connect until all were back. */
  witness: { calm: Echo; storm: Echo }
  /** From the cut until all came back; beyond 5 everyone is heard leaving and coming. */
  awaySeconds: number
  cpu: { cut: number; comeBack: number }
  memoryMiB: { before: number; most: number }
  clientsBusy: number
}

type Echo = { heard: number; p50Ms: number; p99Ms: number; worstMs: number }

/** Each may send 60 frames in 10 s, also if the room hears them late. */
const witnesses = 5
const witnessRate = 10
const calmMs = 3_000
const lookMs = 20
const quietMs = 500
/** The witness and those who post say more than a person may. */
const rules = {
  MESSAGE_LIMIT: '1000000',
  ROOM_LIMIT: '1000000',
  ROOM_SENDS: '1000000000',
}

export async function measureStorm(
  uses: Uses,
  { people, missed, contentBytes }: StormRules,
): Promise<StormRow> {
  const house = await openHouse(uses, { accounts: people + witnesses + 1, rules })
  const crowd = startPeople()
  const onlooker = startPeople()
  try {
    const [poster, ...others] = house.people as [Account, ...Account[]]
    const all = await Promise.all(others.map((person) => house.door(person, 'chat.v1')))
    await bringIn(onlooker, { doors: all.splice(0, witnesses), atOnce: 1 })
    await bringIn(crowd, { doors: all, atOnce: 100 })
    await crowd.ask('learn', { online: people + witnesses })

    await onlooker.ask('talk', { rate: witnessRate, contentBytes })
    await delay(calmMs)
    await onlooker.ask('hush', { messages: 0 })
    const calm = await onlooker.ask('settle', { messages: await said(house) })
    await crowd.ask('settle', { messages: await said(house) })

    const cutFrom = cpuSeconds(house.pid)
    const cutAt = performance.now()
    await crowd.ask('cut', {})
    await sayMuch(house, { token: await house.tokenOf(poster), count: missed, contentBytes })
    const awaySeconds = (performance.now() - cutAt) / 1000
    await onlooker.ask('talk', { rate: witnessRate, contentBytes })
    const backFrom = cpuSeconds(house.pid)
    const watch = watchMemory(house.pid)
    const back = await crowd.ask('comeBack', {})
    const memoryMiB = watch.end()
    const backTo = cpuSeconds(house.pid)
    await onlooker.ask('hush', { messages: 0 })
    const storm = await onlooker.ask('settle', { messages: await said(house) })
    const { lost, doubled, holes, closed } = await crowd.ask('settle', {
      messages: await said(house),
    })
    return {
      people,
      missed,
      contentBytes,
      halfBack: percentile(back.syncedMs, 0.5) / 1000,
      allBack: percentile(back.syncedMs, 1) / 1000,
      resumed: back.resumed,
      refused: back.refused,
      verdict: { lost, doubled, holes, closed },
      mebibytes: back.bytes / 2 ** 20,
      witness: { calm: echo(calm), storm: echo(storm) },
      awaySeconds,
      cpu: { cut: backFrom - cutFrom, comeBack: backTo - backFrom },
      memoryMiB,
      clientsBusy: back.busy,
    }
  } finally {
    crowd.stop()
    onlooker.stop()
    await house.stop()
  }
}

type Account = House['people'][number]

function echo({ talk: { latency, worstMs }, lost, closed }: Verdict): Echo {
  const heard = latency.reduce((sum, [, count]) => sum + count, 0) / witnesses
  if (lost > 0 || Object.keys(closed).length > 0)
    throw new Error(`Those who stayed lost ${lost}: ${JSON.stringify(closed)}`)
  return { heard, p50Ms: percentile(latency, 0.5), p99Ms: percentile(latency, 0.99), worstMs }
}

function watchMemory(pid: number) {
  const before = anonymousMiB(pid)
  let most = before
  const looking = setInterval(() => {
    most = Math.max(most, anonymousMiB(pid))
  }, lookMs)
  return {
    end() {
      clearInterval(looking)
      return { before, most }
    },
  }
}

/** Every event of this room is a message; those on their way are waited for. */
async function said(house: House): Promise<number> {
  for (let before = -1; ; await delay(quietMs)) {
    const answer = await fetch(`${house.url}/messages?limit=1`)
    const { session } = (await answer.json()) as { session: { seq: number } }
    if (session.seq === before) return before
    before = session.seq
  }
}

export function stormSection(row: StormRow): string[] {
  const { people, missed, verdict, witness, cpu, memoryMiB } = row
  const line = (name: string, { heard, p50Ms, p99Ms, worstMs }: Echo) => [
    name,
    `${heard}`,
    ...[p50Ms, p99Ms, worstMs].map((ms) => ms.toFixed(1)),
  ]
  const isWhole =
    verdict.lost + verdict.doubled + verdict.holes === 0 &&
    row.resumed === people &&
    Object.keys({ ...row.refused, ...verdict.closed }).length === 0
  return [
    `## ${people} sockets cut at once, each back with ${missed} missed messages`,
    '',
    table(
      [
        ...[
          'away s',
          'half are back s',
          'all are back s',
          'resumed',
          'lost',
          'doubled',
          'holes',
          'MiB told',
        ],
        ...['CPU s of the cuts', 'of the return', 'MiB before', 'most', 'clients busy', 'aim'],
      ],
      [
        [
          row.awaySeconds.toFixed(1),
          row.halfBack.toFixed(2),
          row.allBack.toFixed(2),
          `${row.resumed}`,
          `${verdict.lost}`,
          `${verdict.doubled}`,
          `${verdict.holes}`,
          row.mebibytes.toFixed(0),
          cpu.cut.toFixed(2),
          cpu.comeBack.toFixed(2),
          memoryMiB.before.toFixed(0),
          memoryMiB.most.toFixed(0),
          `${(row.clientsBusy * 100).toFixed(0)} %`,
          isWhole ? 'reached' : 'missed',
        ],
      ],
    ),
    '',
    table(
      [`${witnesses} who stayed, send to arrival`, 'messages', 'p50 ms', 'p99 ms', 'worst ms'],
      [line('before', witness.calm), line('while all came back', witness.storm)],
    ),
    '',
    ...(isWhole ? [] : [`Refused: ${JSON.stringify(row.refused)}, ${JSON.stringify(verdict)}`, '']),
  ]
}

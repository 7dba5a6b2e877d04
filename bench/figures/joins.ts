// A crowd that arrives at once, one account each: when all are in, when all know who is there, and
// how many WebSocket messages that took.

import { percentile } from '../generator/histogram.ts'
import { openHouse } from '../house/house.ts'
import { cpuSeconds } from '../machine.ts'
import { bringIn, startPeople } from '../people/people.ts'
import type { Uses } from '../subject/service.ts'
import { table } from '../table.ts'

export type JoinsRules = { people: number; dialects: ('plain' | 'chat.v1')[] }

export type JoinsRow = {
  dialect: string
  people: number
  refused: Record<string, number>
  /** From the first connect; seconds. */
  halfSynced: number
  allSynced: number
  /** Until everyone's count was complete; null: someone's never was. */
  allKnow: number | null
  sends: number
  mebibytes: number
  cpuSeconds: number
  /** Share of the time in which the clients' process was busy while they connected. */
  clientsBusy: number
}

const aims = { seconds: 5, sendsPerPerson: 100 }

export async function measureJoins(uses: Uses, rules: JoinsRules): Promise<JoinsRow[]> {
  const rows: JoinsRow[] = []
  for (const dialect of rules.dialects) rows.push(await join(uses, dialect, rules.people))
  return rows
}

async function join(uses: Uses, dialect: 'plain' | 'chat.v1', people: number): Promise<JoinsRow> {
  const house = await openHouse(uses, { accounts: people + 1 })
  const crowd = startPeople()
  try {
    const [early, ...doors] = await Promise.all(
      house.people.map((person) => house.door(person, dialect)),
    )
    // The first request wakes the room: that is another figure.
    if (early) await bringIn(crowd, { doors: [early], atOnce: 1 })
    const cpuBefore = cpuSeconds(house.pid)
    const arrival = await crowd.ask('arrive', { doors, atOnce: people })
    const knowledge = await crowd.ask('learn', { online: people + 1 })
    return {
      dialect,
      people,
      refused: arrival.refused,
      halfSynced: percentile(arrival.syncedMs, 0.5) / 1000,
      allSynced: percentile(arrival.syncedMs, 1) / 1000,
      allKnow: knowledge.seconds,
      sends: knowledge.sends,
      mebibytes: knowledge.bytes / 2 ** 20,
      cpuSeconds: cpuSeconds(house.pid) - cpuBefore,
      clientsBusy: arrival.busy,
    }
  } finally {
    crowd.stop()
    await house.stop()
  }
}

export function joinsSection(rows: JoinsRow[]): string[] {
  const [first] = rows
  if (!first) return []
  return [
    `## ${first.people} people join at once, an account each`,
    '',
    table(
      [
        ...['clients', 'half are in s', 'all are in s', 'all know who is there s'],
        ...['sends', 'a person', 'MiB', 'CPU s', 'clients busy', 'refused', 'aim'],
      ],
      rows.map((row) => [
        row.dialect,
        row.halfSynced.toFixed(2),
        row.allSynced.toFixed(2),
        row.allKnow?.toFixed(2) ?? 'never',
        `${row.sends}`,
        (row.sends / row.people).toFixed(1),
        row.mebibytes.toFixed(1),
        row.cpuSeconds.toFixed(2),
        `${(row.clientsBusy * 100).toFixed(0)} %`,
        JSON.stringify(row.refused),
        reaches(row) ? 'reached' : 'missed',
      ]),
    ),
    '',
    `Aim: everyone in, and everyone's count complete, within ${aims.seconds} s and with at most ` +
      `${aims.sendsPerPerson} sends a person. A send is a WebSocket message that a client received.`,
    '',
  ]
}

function reaches({ refused, allKnow, sends, people }: JoinsRow): boolean {
  const isEveryoneIn = Object.keys(refused).length === 0
  const isFew = sends <= aims.sendsPerPerson * people
  return isEveryoneIn && isFew && allKnow !== null && allKnow <= aims.seconds
}

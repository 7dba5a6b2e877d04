// A crowd that joins at once, with one account each: when all are in, when all know how many are
// online, and how many WebSocket messages that takes.

import { cpuSeconds } from '../harness/machine.ts'
import type { Harness } from '../harness/room.ts'
import { percentile } from '../load-generator/histogram.ts'
import { connectAll } from '../load-generator/start.ts'
import { percent, table, verdict } from '../report/table.ts'
import { roomFigure, withRoom } from './figure.ts'

const aims = { seconds: 5, sendsPerUser: 100 }

export const joins = roomFigure({ short: 200, full: 2_000 }, async (harness, users) => [
  `## ${users} users join at once, with an account each`,
  '',
  table(
    [
      ...['clients', 'half are in s', 'all are in s', 'all know who is online s'],
      ...['sends', 'a user', 'MiB', 'CPU s', 'clients busy', 'refused', 'aim'],
    ],
    [await joinAtOnce(harness, 'chat.v1', users), await joinAtOnce(harness, 'plain', users)],
  ),
  '',
  `Aim: everyone is in, and everyone's count is complete, within ${aims.seconds} s and with at most ` +
    `${aims.sendsPerUser} sends a user. A send is a WebSocket message that a client received.`,
])

async function joinAtOnce(
  harness: Harness,
  dialect: 'plain' | 'chat.v1',
  users: number,
): Promise<string[]> {
  return withRoom(
    harness,
    { accounts: users + 1, limits: 'production' },
    async (room, generator) => {
      const [early, ...endpoints] = await room.endpoints(dialect)
      // The first connection starts the room, which is not measured.
      if (early) await connectAll(generator, { dialect, endpoints: [early] })
      const cpuBefore = cpuSeconds(room.pid)
      const { readyMs, refused, busy } = await generator.call('connect', { dialect, endpoints })
      const known = await generator.call('awaitOnline', users + 1)
      const { seconds, webSocketMessages, bytes } = known
      const isFew = webSocketMessages <= aims.sendsPerUser * users
      const isFast = seconds !== null && seconds <= aims.seconds
      return [
        dialect,
        (percentile(readyMs, 0.5) / 1000).toFixed(2),
        (percentile(readyMs, 1) / 1000).toFixed(2),
        seconds?.toFixed(2) ?? 'never',
        `${webSocketMessages}`,
        (webSocketMessages / users).toFixed(1),
        (bytes / 2 ** 20).toFixed(1),
        (cpuSeconds(room.pid) - cpuBefore).toFixed(2),
        percent(busy),
        JSON.stringify(refused),
        verdict(Object.keys(refused).length === 0 && isFew && isFast),
      ]
    },
  )
}

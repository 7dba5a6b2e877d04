// Reads the newest page of the history again and again, and sometimes the page below it or the state of
// the room.

import { setTimeout as delay } from 'node:timers/promises'
import { Random } from '../harness/random.ts'
import { type HistoryReader, readPage } from '../harness/read-history.ts'
import { call } from '../harness/rest.ts'
import type { Room } from '../kit/protocol.ts'
import type { Harness } from './harness.ts'

const pollEveryMs = 150

/** Never ends. */
export async function pollHistory(harness: Harness): Promise<void> {
  const { service, checker, metrics, seed } = harness
  const reader = { name: 'the poller', port: service.port, checker }
  const random = new Random(seed, 5)
  for (;;) {
    const page = await readPage(reader, null)
    const cursor = 'waitMs' in page ? null : page.next_cursor
    metrics.count('waitMs' in page ? 'polls without an answer' : 'polls')
    if (cursor !== null && random.chance(0.3)) await readPage(reader, cursor)
    if (random.chance(0.3)) await readRoom(reader)
    await delay(pollEveryMs)
  }
}

async function readRoom({ name, port, checker }: HistoryReader): Promise<void> {
  const asked = checker.snapshot()
  const answer = await call(port, 'GET', '/room').catch(() => null)
  if (answer?.status === 200) checker.checkRoom(name, answer.body as Room, asked)
}

import { describe, expect, it } from 'vitest'
import { EphemeralBudget } from '../../src/room/broadcast/ephemeral-budget.ts'
import { PendingFrames } from '../../src/room/broadcast/pending-frames.ts'
import type { Connection } from '../../src/room/connections/connection.ts'
import { testClock } from '../support/test-clock.ts'
import { roomClock } from './inside.ts'

describe('a roster in the place of joins', () => {
  it('LOAD-8 is the last one that a connection gets, also where an older one is on its way', () => {
    testClock.stop()
    const clock = roomClock()
    const budget = new EphemeralBudget()
    const frames = new PendingFrames({
      clock,
      budget,
      roster: () => 'new roster',
      plainConnections: () => 1_100,
    })
    budget.noteRosterSent(clock.now())
    frames.push({ json: 'old roster', event: 'users_online', aboutUserId: null, audience: 'plain' })
    for (const json of ['first', 'second'])
      frames.push({ json, event: 'user_joined', aboutUserId: json, audience: 'all' })
    frames.push({ json: 'message', event: 'new_message', aboutUserId: null, audience: 'all' })
    // The room is so slow that some connections were sent nothing for a second.
    testClock.moveBy(1_000)

    const sent: string[] = []
    const socket = { send: (text: string) => sent.push(text) }
    const sentBytes = { total: 0, atSweep: 0, proven: 0 }
    const connection = { member: { id: 'someone' }, sentBytes, socket } as unknown as Connection
    frames.batchesForPlain()(0).sendTo(connection)

    expect(sent).toEqual(['new roster', 'message'])
  })
})

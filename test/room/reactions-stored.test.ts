// Reactions in the room's storage: what outlives a restart, and what they cost.

import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { newPerson, type Person, Socket, theRoom } from '../support/chat.ts'
import {
  callerOf,
  changesIn,
  inRoom,
  newMessage,
  newMessages,
  people,
  react,
  stopped,
} from '../support/reactions.ts'
import { testClock } from '../support/test-clock.ts'

describe('a restart', () => {
  it('REACT-12 What was acknowledged outlives a restart, and what no event has told yet is told after it', async () => {
    const ids = await newMessages(30)
    const crowd = await people(30)
    const listener = await Socket.join(await newPerson())
    await runInDurableObject(theRoom(), async ({ components: { reactionCalls } }) => {
      // The room ends before a timer fires, so nothing tells of what a full collection applies at once.
      testClock.holdTimers()
      testClock.moveBy(500)
      const all = ids.map((id, n) => reactionCalls.react(callerOf(crowd[n] as Person), id, ['👍']))
      reactionCalls.applyAll()
      expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true)
    })
    const { epoch, seq } = await theRoom().report()
    await abortAllDurableObjects()
    testClock.reset()
    await listener.closed
    const again = await Socket.join(await newPerson(), { query: `epoch=${epoch}&since=${seq}` })
    for (let told = 0; told < 29; told++) await again.next('reactions_changed')
    expect(changesIn(again.frames)).toHaveLength(29)
    for (const id of ids) expect((await inRoom(id))?.counts).toEqual({ '👍': 1 })
    await again.close()
  })

  it('REACT-13 Eviction loses nothing, and numbers go on', async () => {
    const [id = ''] = await newMessages(1)
    const bo = await newPerson()
    await react(bo, id, '👍')
    const { seq } = await theRoom().report()
    const stored = await runInDurableObject(theRoom(), (_, { storage: { sql } }) =>
      sql.exec<{ value: number }>("select value from meta where key = 'head_seq'").one(),
    )
    // A release that does not know the table would give the number again.
    expect(stored.value).toBe(seq)
    await evictDurableObject(theRoom())
    expect(await react(bo, id, '👍', '🎉')).toMatchObject({ revision: 2 })
    expect((await theRoom().report()).seq).toBe(seq + 1)
  })
})

describe('the cost of reactions', () => {
  it('REACT-14 A reaction in a crowd costs at most 1.5 rows, and a message without reactions as many as before', async () => {
    const ids = await newMessages(50)
    const crowd = await people(300)
    const author = await newPerson()
    const rows = await runInDurableObject(theRoom(), async (room, { storage: { sql } }) => {
      const { reactionCalls, messageCalls } = room.components
      const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
      const exec = sql.exec.bind(sql)
      const written = async (work: () => Promise<unknown>) => {
        cursors.length = 0
        await work()
        return cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)
      }
      Object.assign(sql, {
        exec: (...args: Parameters<typeof exec>) => {
          const cursor = exec(...args)
          cursors.push(cursor as never)
          return cursor
        },
      })
      const timers = testClock.holdTimers()
      testClock.moveBy(500)
      // The first is applied alone, and the crowd changes what it has chosen before.
      await reactionCalls.react(callerOf(author), ids[0] as string, ['😮'])
      const choose = (reactions: string[]) =>
        crowd.map((person, n) =>
          reactionCalls.react(callerOf(person), ids[n % 50] as string, reactions),
        )
      const before = choose(['🎉'])
      for (let step = 0; step < 5; step++) for (const { run } of timers.splice(0)) run()
      await Promise.all(before)
      const crowdRows = await written(async () => {
        const all = choose(['👍'])
        for (let step = 0; step < 4; step++) for (const { run } of timers.splice(0)) run()
        await Promise.all(all)
      })
      const sendRows = await written(() =>
        messageCalls.send(callerOf(author), { content: 'x', clientId: 'c', references: null }),
      )
      Object.assign(sql, { exec })
      testClock.reset()
      return { perReaction: crowdRows / crowd.length, send: sendRows }
    })
    expect(rows.perReaction).toBeLessThanOrEqual(1.5)
    expect(rows.send).toBe(2)
  })

  it('REACT-35 However many people react to a message within half a second, the room runs the same number of statements', async () => {
    const id = await newMessage()
    const crowd = await people(60)
    await stopped(async ({ components: { reactionCalls } }, passHalfSecond, sql) => {
      const exec = sql.exec.bind(sql)
      let statements = 0
      const runBy = async (some: Person[], reactions: string[]) => {
        const all = some.map((person) => reactionCalls.react(callerOf(person), id, reactions))
        statements = 0
        passHalfSecond()
        expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true)
        return statements
      }
      Object.assign(sql, {
        exec: (...args: Parameters<typeof exec>) => {
          statements++
          return exec(...args)
        },
      })
      try {
        await reactionCalls.react(callerOf(await newPerson()), id, ['👍'])
        await runBy(crowd, ['🎉'])
        expect(await runBy(crowd, ['👍'])).toBe(await runBy(crowd.slice(0, 1), ['🎉']))
      } finally {
        Object.assign(sql, { exec })
      }
    })
    await inRoom(id)
  })
})

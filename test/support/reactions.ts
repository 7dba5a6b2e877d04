// Calls about reactions, and what the room and Postgres have of them.

import { runInDurableObject } from 'cloudflare:test'
import { expect } from 'vitest'
import type { RoomFrame } from '../../src/contract/frames.ts'
import { ReactionSet } from '../../src/contract/reactions.ts'
import { countsOf } from '../../src/domain/reactions.ts'
import { answer } from '../api/responses.ts'
import { callAs, newPerson, type Person, ringUntil, roundTrip, say, sql, theRoom } from './chat.ts'
import { forgetAll } from './conversation.ts'
import { testClock } from './test-clock.ts'
import type { ChatRoom } from './worker.ts'

export const put = (person: Person, id: string, reactions: string[]) =>
  callAs(person, 'PUT', `/messages/${id}/reactions`, { reactions })

/** Reacts, and must be allowed to. The half second in which others are collected is over before. */
export async function react(person: Person, id: string, ...reactions: string[]) {
  testClock.moveBy(500)
  return answer(await put(person, id, reactions), 200, ReactionSet)
}

export const callerOf = ({ id, username, sessionId }: Person) => ({
  member: { id, username },
  sessionId,
})

export const people = (count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => newPerson()))

/** The id of a message by a new person. */
export const newMessage = async () => (await say(await newPerson(), 'hello')).id

export const newMessages = (count: number) =>
  Promise.all(Array.from({ length: count }, () => newMessage()))

export const changesIn = (frames: RoomFrame[]) =>
  frames.flatMap((frame) => (frame.event === 'reactions_changed' ? [frame] : []))

export type Half = { counts: Record<string, number>; sets: Record<string, string[]> }

const byKey = <T>(entries: [string, T][]): Record<string, T> =>
  Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))

/** What the room has of a message; null: nothing. Its totals must be the sum of its sets. */
export const inRoom = (id: string): Promise<Half | null> =>
  runInDurableObject(theRoom(), ({ components: { reactionTotals } }) => {
    const totals = reactionTotals.find(id)
    const sets = reactionTotals.sets.changedSince(id, 0)
    if (!totals) {
      expect(sets).toEqual([])
      return null
    }
    expect(totals.counts).toEqual(countsOf(sets))
    const chosen = sets.filter(({ reactions }) => reactions.length > 0)
    return {
      counts: totals.counts,
      sets: byKey(chosen.map(({ user_id, reactions }) => [user_id, reactions])),
    }
  })

/** The same in Postgres. */
export async function inPostgres(id: string): Promise<Half | null> {
  const sets = await sql()`select user_id, reactions from reaction_sets where message_id = ${id}`
  const [totals] = await sql()`select counts from reaction_totals where message_id = ${id}`
  if (!totals) {
    expect(sets).toEqual([])
    return null
  }
  expect(totals.counts).toEqual(countsOf(sets as { reactions: string[] }[]))
  return {
    counts: totals.counts,
    sets: byKey(sets.map(({ user_id, reactions }) => [user_id, reactions])),
  }
}

/** Room and Postgres have the same of a message. @returns it */
export async function same(id: string): Promise<Half | null> {
  const [room, postgres] = [await inRoom(id), await inPostgres(id)]
  expect(postgres).toEqual(room)
  return room
}

/** All events were sent, and Postgres has everything. */
export const archived = () =>
  ringUntil(async () => {
    testClock.moveBy(500)
    return (await theRoom().state()).dirty === 0
  })

/** Postgres has all reactions, and the log has forgotten them. */
export async function forgotten(): Promise<void> {
  await archived()
  await forgetAll()
}

/** Runs in the room while its clock stands still. The half second of what came before is over. */
export function stopped<T>(
  work: (room: ChatRoom, passHalfSecond: () => void, sql: SqlStorage) => T | Promise<T>,
): Promise<T> {
  return runInDurableObject(theRoom(), async (room, { storage }) => {
    // A timer of before would not be held.
    while (room.components.reactionTotals.hasUntold) await roundTrip()
    const timers = testClock.holdTimers()
    testClock.moveBy(500)
    const passHalfSecond = () => {
      const due = timers.filter(({ ms }) => ms <= 500)
      for (const timer of due) timers.splice(timers.indexOf(timer), 1)
      // Each moves the clock.
      for (const { run } of due) run()
    }
    try {
      return await work(room, passHalfSecond, storage.sql)
    } finally {
      // A timer that is held when the clock goes on never runs.
      while (timers.some(({ ms }) => ms <= 500)) passHalfSecond()
      testClock.reset()
    }
  })
}

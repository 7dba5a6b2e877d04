import { beforeEach, describe, expect, inject, test } from 'vitest'
import type { Member, User } from '../../src/contract/entities.ts'
import { nextId } from '../../src/domain/ids.ts'
import type { Redis } from '../../src/redis/client.ts'
import { readMirror, writeMirror } from '../../src/redis/presence-mirror.ts'
import { readSends, writeSends } from '../../src/redis/send-window.ts'
import { cacheUser, readCachedUser } from '../../src/redis/user-cache.ts'
import { connectApart } from './redis-keyspace.ts'

const services = inject('services')
let redis: Redis

beforeEach(() => {
  redis = connectApart(services)
})

function person(username: string): Member {
  return { id: crypto.randomUUID(), username }
}

const byId = (a: Member, b: Member) => (a.id < b.id ? -1 : 1)

describe('the presence mirror', () => {
  test('is unknown before it is written', async () => {
    expect(await readMirror(redis)).toBeNull()
  })

  test('of an empty room is empty, not unknown', async () => {
    await writeMirror(redis, [])
    expect(await readMirror(redis)).toEqual([])
  })

  test('keeps names unchanged', async () => {
    const members = ['123', 'null', 'true', 'OK', 'Zoë Ω'].map(person)
    await writeMirror(redis, members)
    expect((await readMirror(redis))?.sort(byId)).toEqual(members.sort(byId))
  })

  test('is replaced by each write', async () => {
    const [ada, bob] = [person('Ada'), person('Bob')]
    await writeMirror(redis, [ada, bob])
    await writeMirror(redis, [bob])
    expect(await readMirror(redis)).toEqual([bob])
  })

  test('writes 2,500 users in one request', async () => {
    let requests = 0
    redis.use((request, next) => {
      requests++
      return next(request)
    })
    const crowd = Array.from({ length: 2_500 }, (_, index) => person(`Person ${index}`))
    await writeMirror(redis, crowd)
    expect(requests).toBe(1)
    expect((await readMirror(redis))?.sort(byId)).toEqual(crowd.sort(byId))
  })

  test('writes 30,000 users with the longest names, in requests that Upstash accepts', async () => {
    const sizes: number[] = []
    redis.use((request, next) => {
      sizes.push(new TextEncoder().encode(JSON.stringify(request.body)).length)
      return next(request)
    })
    const crowd = Array.from({ length: 30_000 }, (_, index) =>
      person(`${'\u{10400}'.repeat(45)}${index}`),
    )
    await writeMirror(redis, crowd)
    expect(sizes).toHaveLength(3)
    expect(Math.max(...sizes)).toBeLessThan(3 << 20)
    expect((await readMirror(redis))?.sort(byId)).toEqual(crowd.sort(byId))
    const left = await redis.ttl('room:presence')
    expect(left).toBeGreaterThan(0)
  })

  test('is unknown while a part of it is missing', async () => {
    const crowd = Array.from({ length: 10_001 }, (_, index) => person(`Person ${index}`))
    await writeMirror(redis, crowd)
    let requests = 0
    redis.use((request, next) => {
      if (++requests === 2) throw new Error('cut')
      return next(request)
    })
    await expect(writeMirror(redis, crowd)).rejects.toThrow('cut')
    expect(await readMirror(redis)).toBeNull()
    expect(await redis.ttl('room:presence')).toBeGreaterThan(0)
  })

  test('is never read half written', async () => {
    const crowds = [1_200, 1_300].map((size) =>
      Array.from({ length: size }, (_, index) => person(`Person ${index}`)),
    )
    await writeMirror(redis, crowds[0] ?? [])
    const sizes: (number | undefined)[] = []
    for (let round = 0; round < 10; round++) {
      const [, seen] = await Promise.all([
        writeMirror(redis, crowds[round % 2] ?? []),
        readMirror(redis),
      ])
      sizes.push(seen?.length)
    }
    expect(sizes.filter((size) => size !== 1_200 && size !== 1_300)).toEqual([])
  })

  test('expires', async () => {
    await writeMirror(redis, [person('Ada')])
    const left = await redis.ttl('room:presence')
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(120)
  })
})

describe('the send window', () => {
  const noon = Date.UTC(2026, 10, 23, 12)
  const windowMs = 5_000
  /** By how much the clock is set, in milliseconds. */
  const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * 1_000, seconds * 1_000])
  const sentAt = (user_id: string, ms: number) => ({
    user_id,
    id: nextId(null, ms, crypto.getRandomValues(new Uint8Array(8))),
  })

  test('returns the sends of each user, oldest first', async () => {
    const [ada, bob] = [crypto.randomUUID(), crypto.randomUUID()]
    const sends = [sentAt(ada, noon), sentAt(bob, noon + 1), sentAt(ada, noon + 2)]
    await writeSends(redis, sends.slice(0, 2), { now: noon + 2, windowMs })
    await writeSends(redis, sends.slice(2), { now: noon + 2, windowMs })
    expect(await readSends(redis, { now: noon + 3, windowMs })).toEqual([
      { user_id: ada, at: noon },
      { user_id: bob, at: noon + 1 },
      { user_id: ada, at: noon + 2 },
    ])
  })

  test('counts one message once, however often it is written', async () => {
    const send = sentAt(crypto.randomUUID(), noon)
    await writeSends(redis, [send], { now: noon, windowMs })
    await writeSends(redis, [send, send], { now: noon + 1, windowMs })
    expect(await readSends(redis, { now: noon + 1, windowMs })).toHaveLength(1)
  })

  test('stores the sends of a busy room, and only those inside the window', async () => {
    const sizes: number[] = []
    redis.use((request, next) => {
      sizes.push(JSON.stringify(request.body).length)
      return next(request)
    })
    const user = crypto.randomUUID()
    const sends = Array.from({ length: 120_000 }, (_, n) => sentAt(user, noon + Math.floor(n / 2)))
    const now = noon + 60_000
    await writeSends(redis, sends, { now, windowMs })
    expect(Math.max(...sizes)).toBeLessThan(1 << 20)
    expect(await readSends(redis, { now, windowMs })).toHaveLength(2 * (windowMs - 1))
  })

  test('removes sends outside the window', async () => {
    const user = crypto.randomUUID()
    const sends = [sentAt(user, noon), sentAt(user, noon + 1)]
    await writeSends(redis, sends, { now: noon + 1, windowMs })
    expect(await readSends(redis, { now: noon + windowMs, windowMs })).toEqual([
      { user_id: user, at: noon + 1 },
    ])
  })

  test.each(steps)('counts no send for the future when the clock is set by %i ms', async (step) => {
    const [ada, bob, cy] = [0, 1, 2].map(() => crypto.randomUUID()) as [string, string, string]
    await writeSends(redis, [sentAt(ada, noon)], { now: noon, windowMs })
    const now = noon + step
    const before = { user_id: ada, at: Math.min(noon, now) }
    expect(await readSends(redis, { now, windowMs })).toEqual(step < windowMs ? [before] : [])
    // The ids of messages do not go back with the clock.
    const idMs = Math.max(noon, now) + 1
    await writeSends(redis, [sentAt(bob, idMs)], { now: now + 1, windowMs })
    const read = await readSends(redis, { now: now + 1, windowMs })
    expect(read).toContainEqual({ user_id: bob, at: now + 1 })
    const over = now + 1 + windowMs
    await writeSends(redis, [sentAt(cy, idMs + 1)], { now: over, windowMs })
    const users = (await readSends(redis, { now: over, windowMs })).map(({ user_id }) => user_id)
    expect(users).toContain(cy)
    expect(users).not.toContain(bob)
  })

  test('is empty at first, and an empty write makes no request', async () => {
    await writeSends(redis, [], { now: noon, windowMs })
    expect(await readSends(redis, { now: noon, windowMs })).toEqual([])
  })
})

describe('the cache of a user', () => {
  const user: User = {
    id: crypto.randomUUID(),
    username: '123',
    email: 'ada@example.com',
    created_at: '2026-11-23T12:00:00.000Z',
    last_seen: null,
    is_active: true,
  }

  test('returns what was stored, for a day', async () => {
    await cacheUser(redis, user)
    expect(await readCachedUser(redis, user.id)).toEqual(user)
    const left = await redis.ttl(`user:${user.id}`)
    expect(left).toBeGreaterThan(86_300)
    expect(left).toBeLessThanOrEqual(86_400)
  })

  test('returns the latest version', async () => {
    await cacheUser(redis, user)
    await cacheUser(redis, { ...user, is_active: false })
    expect((await readCachedUser(redis, user.id))?.is_active).toBe(false)
  })

  test('returns nothing when there is no entry, or one of another shape', async () => {
    expect(await readCachedUser(redis, user.id)).toBeUndefined()
    await redis.set(`user:${user.id}`, '{"id":1}', { ex: 60 })
    expect(await readCachedUser(redis, user.id)).toBeUndefined()
  })
})

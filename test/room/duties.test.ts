import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Alarm } from '../../src/room/clock/alarm.ts'
import type { RoomComponents } from '../../src/room/create-room.ts'
import type { Retention } from '../../src/room/log/event-kind.ts'
import { Meta } from '../../src/room/log/meta.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { Duties } from '../../src/room/maintenance/duties.ts'
import { newPerson, objectOf, roundTrip, Socket, say, sql, theRoom } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { roomClock } from './inside.ts'
import { runTick } from './model/tick.ts'

const keepAll: Retention = { messagesMin: 1e6, ageMinMs: 1e9, eventsMax: 1e6, stepMax: 1_000 }
const keepNothing: Retention = { messagesMin: 0, ageMinMs: 0, eventsMax: 0, stepMax: 1e6 }

/** The error contains a private text, which must not be logged. */
const failure = new Error('a lasting fault at "a private text"')
const fail = () => {
  throw failure
}

/** For every duty, a function that makes it fail. */
const duties = {
  end_drain: ({ drain }) => vi.spyOn(drain, 'alarmFired').mockImplementation(fail),
  remove_absent_users: ({ joinLeave }) =>
    vi.spyOn(joinLeave, 'removeExpired').mockImplementation(fail),
  reconcile_presence: ({ joinLeave }) => vi.spyOn(joinLeave, 'reconcile').mockImplementation(fail),
  sweep_slow_consumers: ({ slowConsumers }) =>
    vi.spyOn(slowConsumers, 'sweep').mockImplementation(fail),
  end_expired_tokens: ({ tokenRenewal }) => vi.spyOn(tokenRenewal, 'tick').mockImplementation(fail),
  prune_log: ({ log }) => vi.spyOn(log, 'prune').mockImplementation(fail),
  prune_idempotency_keys: ({ idempotencyKeys }) =>
    vi.spyOn(idempotencyKeys, 'removeExpired').mockImplementation(fail),
  prune_revocations: ({ meta, revocations }) => {
    // It runs once an hour.
    meta.delete('revocations_pruned_at')
    return vi.spyOn(revocations, 'removeExpired').mockImplementation(fail)
  },
  apply_endings: ({ accountEndings }) => {
    vi.spyOn(accountEndings, 'alarmFired').mockReturnValue(true)
    return vi.spyOn(accountEndings, 'run').mockRejectedValue(failure)
  },
  prune_rate_limits: ({ rateLimits }) =>
    vi.spyOn(rateLimits, 'removeIdle').mockImplementation(fail),
  renew_mirror: ({ mirrorWriter }) => vi.spyOn(mirrorWriter, 'renewLease').mockImplementation(fail),
  mirror_sends: ({ mirrorWriter }) =>
    vi.spyOn(mirrorWriter, 'writeSends').mockRejectedValue(failure),
} satisfies Record<string, (components: RoomComponents) => unknown>

/** Does something to the components of the room that is running. */
const inRoom = <T>(work: (components: RoomComponents) => T) =>
  runInDurableObject(theRoom(), ({ components }) => work(components))

const isArchived = async (id: string) =>
  (await sql()`select 1 from messages where id = ${id}`).length === 1

const alarm = () => runInDurableObject(theRoom(), (_, { storage }) => storage.getAlarm())

let faults: { event: string; duty?: string; at?: string; message?: string }[]

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await roundTrip()
}

describe('background work', () => {
  beforeEach(() => {
    faults = []
    vi.spyOn(console, 'error').mockImplementation((line: string) => {
      faults.push(JSON.parse(line))
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each(Object.keys(duties) as (keyof typeof duties)[])(
    'DUTY-1 goes on without %s when that fails, and is logged without a word of its error',
    async (duty) => {
      const ada = await newPerson()
      await Socket.join(ada)
      const message = await say(ada, 'hello')
      const broken = await inRoom<unknown>(duties[duty])

      await runTick(keepAll)
      await until(() => isArchived(message.id))

      expect(broken).toHaveBeenCalled()
      const logged = faults.filter(({ event }) => event === 'duty_failed')
      expect(logged).toMatchObject([{ duty }])
      expect(JSON.stringify(logged)).not.toContain('private')
      expect(await alarm()).toBeGreaterThan(testClock.now() - 1_000)
    },
  )

  it('DUTY-2 waits longer after each failure, and then begins anew', () =>
    runInDurableObject(objectOf('duties-2'), (_, { storage }) => {
      migrate(storage)
      const alarm = new Alarm(storage, roomClock())
      const room = new Duties(new Meta(storage.sql), roomClock(), alarm)
      vi.spyOn(Math, 'random').mockReturnValue(1)
      const work = vi.fn(fail)
      let now = 1_000_000
      for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
        room.run('remove_absent_users', now, work)
        const tries = work.mock.calls.length
        room.run('remove_absent_users', now + waitMs - 1, work)
        expect(work.mock.calls.length).toBe(tries)
        expect(alarm.mayRun('remove_absent_users', now + waitMs - 1)).toBe(false)
        now += waitMs
      }
      room.run('remove_absent_users', now, () => {})
      expect(alarm.mayRun('remove_absent_users', now)).toBe(true)
    }))

  it('DUTY-3 a flush that fails is logged and tried again', async () => {
    const ada = await newPerson()
    const message = await say(ada, 'patience')
    const flush = await inRoom(({ outbox }) =>
      vi.spyOn(outbox, 'flush').mockRejectedValueOnce(failure),
    )

    await runTick(keepAll)
    await until(() => faults.some(({ duty }) => duty === 'flush'))
    await until(async () => {
      await runTick(keepAll)
      return isArchived(message.id)
    })

    expect(flush.mock.calls.length).toBeGreaterThan(1)
  })

  it('DUTY-4 a storage that is broken is thrown, when all else was tried', async () => {
    const ada = await newPerson()
    await Socket.join(ada)
    const reached = await inRoom(({ rateLimits }) => vi.spyOn(rateLimits, 'removeIdle'))
    await inRoom(duties.sweep_slow_consumers)
    await inRoom(({ meta }) => {
      const set = meta.set.bind(meta)
      vi.spyOn(meta, 'set').mockImplementation((key, value) => {
        if (key === 'duty_failed_at') throw new Error('disk I/O error')
        set(key, value)
      })
    })

    await expect(runTick(keepAll)).rejects.toThrow('disk I/O error')

    expect(reached).toHaveBeenCalled()
  })

  it('DUTY-5 pruning that fails half-way leaves no gap that looks like the whole', async () => {
    const ada = await newPerson()
    for (let n = 0; n < 3; n++) await say(ada, `message ${n}`)
    await inRoom(({ erasures }) => vi.spyOn(erasures, 'prune').mockImplementation(fail))
    await until(async () => {
      await runTick(keepAll)
      return (await theRoom().state()).dirty === 0
    })
    await runTick(keepNothing)

    const lowest = await runInDurableObject(theRoom(), (_, { storage }) => {
      const query = 'select min(seq) as seq from messages'
      return storage.sql.exec<{ seq: number | null }>(query).one().seq
    })
    const { seq, pruned_seq } = await theRoom().report()
    expect(pruned_seq).toBeGreaterThan(0)
    expect(pruned_seq).toBe((lowest ?? seq + 1) - 1)
  })
})

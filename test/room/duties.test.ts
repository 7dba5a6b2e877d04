import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Drain } from '../../src/room/access/drain.ts'
import { Revocations } from '../../src/room/access/revocations.ts'
import { TokenRenewal } from '../../src/room/access/token-renewal.ts'
import { SlowConsumers } from '../../src/room/connections/slow-consumers.ts'
import { RateLimits } from '../../src/room/limits/rate-limits.ts'
import { Erasures } from '../../src/room/log/erasures.ts'
import { IdempotencyKeys } from '../../src/room/log/idempotency-keys.ts'
import { Log } from '../../src/room/log/log.ts'
import { Meta } from '../../src/room/log/meta.ts'
import type { Retention } from '../../src/room/log/retention.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { Duties } from '../../src/room/maintenance/duties.ts'
import { Outbox } from '../../src/room/outbox/outbox.ts'
import { JoinLeave } from '../../src/room/presence/join-leave.ts'
import { MirrorWriter } from '../../src/room/presence/mirror-writer.ts'
import { newPerson, objectOf, roundTrip, Socket, say, sql, theRoom } from '../support/chat.ts'
import { wallClock } from './inside.ts'
import { overrideTick, restoreTick, runTick } from './model/tick.ts'

const keepAll: Retention = { messagesMin: 1e6, ageMinMs: 1e9, eventsMax: 1e6, stepMax: 1_000 }
const keepNothing: Retention = { messagesMin: 0, ageMinMs: 0, eventsMax: 0, stepMax: 1e6 }

/** The error contains a private text, which must not be logged. */
const failure = new Error('a lasting fault at "a private text"')
const fail = () => {
  throw failure
}

/** For every duty, a function that makes it fail. */
const duties = {
  close_stayed: () => vi.spyOn(Drain.prototype, 'alarmFired').mockImplementation(fail),
  dismiss: () => vi.spyOn(JoinLeave.prototype, 'removeExpired').mockImplementation(fail),
  reconcile_presence: () => vi.spyOn(JoinLeave.prototype, 'reconcile').mockImplementation(fail),
  sweep_readers: () => vi.spyOn(SlowConsumers.prototype, 'sweep').mockImplementation(fail),
  end_expired_tokens: () => vi.spyOn(TokenRenewal.prototype, 'tick').mockImplementation(fail),
  prune_log: () => vi.spyOn(Log.prototype, 'prune').mockImplementation(fail),
  forget_client_ids: () =>
    vi.spyOn(IdempotencyKeys.prototype, 'forgetOld').mockImplementation(fail),
  forget_revocations: () => vi.spyOn(Revocations.prototype, 'forgetOld').mockImplementation(fail),
  forget_limits: () => vi.spyOn(RateLimits.prototype, 'forgetIdle').mockImplementation(fail),
  renew_mirror: () => vi.spyOn(MirrorWriter.prototype, 'renewLease').mockImplementation(fail),
  mirror_sends: () => vi.spyOn(MirrorWriter.prototype, 'writeSends').mockRejectedValue(failure),
} as const

const isArchived = async (id: string) =>
  (await sql()`select 1 from messages where id = ${id}`).length === 1

const alarm = () => runInDurableObject(theRoom(), (_, { storage }) => storage.getAlarm())

let faults: { event: string; duty?: string; at?: string; message?: string }[]

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await roundTrip()
}

describe('background work', () => {
  beforeEach(() => {
    overrideTick()
    faults = []
    vi.spyOn(console, 'error').mockImplementation((line: string) => {
      faults.push(JSON.parse(line))
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    restoreTick()
  })

  it.each(Object.keys(duties) as (keyof typeof duties)[])(
    'DUTY-1 goes on without %s when that fails, and is logged without a word of its error',
    async (duty) => {
      const ada = await newPerson()
      await Socket.join(ada)
      const message = await say(ada, 'hello')
      const broken = duties[duty]()

      await runTick(keepAll)
      await until(() => isArchived(message.id))

      expect(broken).toHaveBeenCalled()
      const logged = faults.filter(({ event }) => event === 'duty_failed')
      expect(logged).toMatchObject([{ duty }])
      expect(JSON.stringify(logged)).not.toContain('private')
      expect(await alarm()).toBeGreaterThan(Date.now() - 1_000)
    },
  )

  it('DUTY-2 waits longer after each failure, and then begins anew', () =>
    runInDurableObject(objectOf('duties-2'), (_, { storage }) => {
      migrate(storage)
      const room = new Duties(new Meta(storage.sql), wallClock())
      vi.spyOn(Math, 'random').mockReturnValue(1)
      const work = vi.fn(fail)
      let now = 1_000_000
      for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
        room.run('dismiss', now, work)
        const tries = work.mock.calls.length
        room.run('dismiss', now + waitMs - 1, work)
        expect(work.mock.calls.length).toBe(tries)
        expect(room.nextDue('dismiss', now)).toBe(now + waitMs)
        expect(room.nextDue('dismiss', null)).toBeNull()
        now += waitMs
      }
      room.run('dismiss', now, () => {})
      expect(room.nextDue('dismiss', now)).toBe(now)
    }))

  it('DUTY-3 a flush that fails is logged and tried again', async () => {
    const ada = await newPerson()
    const message = await say(ada, 'patience')
    const flush = vi.spyOn(Outbox.prototype, 'flush').mockRejectedValueOnce(failure)

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
    const reached = vi.spyOn(RateLimits.prototype, 'forgetIdle')
    duties.sweep_readers()
    const { set } = Meta.prototype
    vi.spyOn(Meta.prototype, 'set').mockImplementation(function (this: Meta, key, value) {
      if (key === 'duty_failed_at') throw new Error('disk I/O error')
      set.call(this, key, value)
    })

    await expect(runTick(keepAll)).rejects.toThrow('disk I/O error')

    expect(reached).toHaveBeenCalled()
  })

  it('DUTY-5 pruning that fails half-way leaves no gap that looks like the whole', async () => {
    const ada = await newPerson()
    for (let n = 0; n < 3; n++) await say(ada, `message ${n}`)
    vi.spyOn(Erasures.prototype, 'forget').mockImplementation(fail)
    await until(async () => {
      await runTick(keepAll)
      return (await theRoom().state()).dirty === 0
    })
    await runTick(keepNothing)

    const { pruned, lowest } = await runInDurableObject(theRoom(), (_, { storage }) => ({
      pruned: new Meta(storage.sql).number('pruned_seq'),
      lowest: storage.sql.exec<{ seq: number }>('select min(seq) as seq from messages').one().seq,
    }))
    expect(lowest).toBeGreaterThan(1)
    expect(pruned).toBe(lowest - 1)
  })
})

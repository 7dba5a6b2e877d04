// The fence in Postgres, with the real room and the real transaction.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Readiness } from '../../src/contract/routes/health.ts'
import { writeArchive } from '../../src/postgres/archive.ts'
import { isFenceMismatch } from '../../src/postgres/fence.ts'
import { createLog } from '../../src/room/log/create-log.ts'
import { Meta, type MetaKey } from '../../src/room/log/meta.ts'
import { db } from '../api/moderation-archive.ts'
import { callWith } from '../api/responses.ts'
import {
  call,
  flushed,
  newPerson,
  objectOf,
  type Person,
  ringUntil,
  Socket,
  say,
  sql,
  theRoom,
  trouble,
} from '../support/chat.ts'
import { loseStorage } from '../support/room-storage.ts'

type FenceRow = { epoch: string; flushed_seq: number }

async function fence(): Promise<FenceRow | undefined> {
  const [row] = await sql()`select epoch, flushed_seq from room_fences where room = 'room'`
  return row && { epoch: row.epoch, flushed_seq: Number(row.flushed_seq) }
}

async function setFence(row: FenceRow | undefined): Promise<void> {
  await sql()`delete from room_fences where room = 'room'`
  if (row)
    await sql()`insert into room_fences (environment, room, epoch, flushed_seq)
      values ('local', 'room', ${row.epoch}, ${row.flushed_seq})`
}

const archived = async ({ id }: { id: string }) =>
  (await sql()`select id from messages where id = ${id}`).length === 1

/** Changes what the log remembers, and starts the room again. */
async function remember(change: (meta: Meta) => void): Promise<void> {
  await runInDurableObject(theRoom(), (_, { storage }) => change(new Meta(storage.sql)))
  await evictDurableObject(theRoom())
}

const remembered = (key: MetaKey) =>
  runInDurableObject(theRoom(), (_, { storage }) => new Meta(storage.sql).text(key))

const fails = (code: string) =>
  ringUntil(async () => (await theRoom().state()).postgresError === code)

describe('the fence', () => {
  let ada: Person
  let before: FenceRow

  beforeEach(async () => {
    ada = await newPerson()
    await say(ada, 'first')
    await flushed()
    before = (await fence()) as FenceRow
  })

  afterEach(async () => {
    await trouble({ part: 'postgres' })
    vi.restoreAllMocks()
    await remember((meta) => meta.delete('former_epochs'))
    const { epoch } = await theRoom().report()
    await setFence({ epoch, flushed_seq: Number(await remembered('fence_seq')) })
  })

  const moves = async () => {
    await flushed()
    before = (await fence()) as FenceRow
  }

  it('FENCE-1 A flush writes the epoch and the last `seq` of its rows to the fence, in one transaction with them', async () => {
    const { epoch, seq } = await theRoom().report()
    expect(before).toEqual({ epoch, flushed_seq: seq })
    await setFence({ epoch: 'another', flushed_seq: 1 })
    const message = await say(ada, 'together')
    await fails('other_room')
    expect(await archived(message)).toBe(false)
    await setFence(before)
    await moves()
    expect(before).toEqual({ epoch, flushed_seq: seq + 1 })
    expect(await archived(message)).toBe(true)
  })

  it('FENCE-2 After a lost answer Postgres has more than the log knows of, and the flush goes on', async () => {
    await trouble({ part: 'postgres', fault: 'lose' })
    const message = await say(ada, 'lost answer')
    await ringUntil(async () => (await theRoom().state()).postgresError !== null)
    await trouble({ part: 'postgres' })
    expect((await fence())?.flushed_seq).toBe(before.flushed_seq + 1)
    expect(await remembered('fence_seq')).toBe(`${before.flushed_seq}`)
    await evictDurableObject(theRoom())
    await moves()
    expect(before.flushed_seq).toBe((await theRoom().report()).seq)
    expect(await archived(message)).toBe(true)
  })

  it.each([
    ['the row is gone', () => undefined],
    ['the row is lower', (row: FenceRow) => ({ ...row, flushed_seq: row.flushed_seq - 1 })],
  ])(
    'FENCE-3 If Postgres was set back, nothing is flushed, and users go on talking: %s',
    async (_, setBack) => {
      const socket = await Socket.join(await newPerson())
      await setFence(setBack(before))
      const message = await say(ada, 'still here')
      await fails('postgres_set_back')
      expect((await socket.next('new_message')).data.id).toBe(message.id)
      expect((await say(ada, 'and here')).content).toBe('and here')
      expect((await socket.next('new_message')).data.content).toBe('and here')
      expect(await archived(message)).toBe(false)
      expect(await theRoom().state()).toMatchObject({ dirty: 2, setAside: 0 })
      expect(await fence()).toEqual(setBack(before))
    },
  )

  it('FENCE-4 If the room was set back, nothing is flushed until it has begun a new epoch', async () => {
    await setFence({ ...before, flushed_seq: before.flushed_seq + 3 })
    const message = await say(ada, 'another past')
    await ringUntil(async () => {
      // One statement, because the room may begin its epoch and flush between two.
      const [now] = await sql()`select epoch,
        exists (select from messages where id = ${message.id}) as is_archived
        from room_fences where room = 'room'`
      if (now?.epoch === before.epoch) expect(now).toMatchObject({ is_archived: false })
      return now?.epoch !== before.epoch
    })
    await flushed()
    expect(await archived(message)).toBe(true)
    ada = await newPerson()
    expect((await say(ada, 'goes on')).id > message.id).toBe(true)
  })

  it('FENCE-5 If another room writes under the same name, nothing is flushed', async () => {
    const other = { epoch: crypto.randomUUID(), flushed_seq: before.flushed_seq }
    await setFence(other)
    const message = await say(ada, 'whose room')
    await fails('other_room')
    expect(await archived(message)).toBe(false)
    expect(await fence()).toEqual(other)
  })

  it('FENCE-6 A fence of another log is taken over only by a log that never wrote one', async () => {
    await setFence({ epoch: crypto.randomUUID(), flushed_seq: 1_000_000 })
    await remember((meta) => meta.delete('fence_seq'))
    const message = await say(ada, 'from before the fence')
    await moves()
    const { epoch, seq } = await theRoom().report()
    expect(before).toEqual({ epoch, flushed_seq: seq })
    expect(await archived(message)).toBe(true)
  })

  it('FENCE-7 A former epoch of the log in the fence means that Postgres was set back', async () => {
    const former = crypto.randomUUID()
    await remember((meta) => meta.set('former_epochs', JSON.stringify([former])))
    await setFence({ epoch: former, flushed_seq: 1_000_000 })
    await say(ada, 'after the restore')
    await fails('postgres_set_back')
  })

  it('FENCE-8 Flushes of an earlier release, which knows no fence, do no harm', async () => {
    // It writes rows and `flushed_seq`, and nothing else.
    await runInDurableObject(theRoom(), (_, { storage }) => {
      const { log, meta, messages } = createLog(storage)
      for (let n = 0; n < 3; n++)
        messages.append({
          id: messages.ids.next(Date.now()),
          user_id: ada.id,
          username: ada.username,
          content: 'by the earlier release',
          updated_at: null,
          is_deleted: false,
          revision: 1,
          client_id: null,
        })
      meta.set('flushed_seq', log.position.seq)
    })
    await evictDurableObject(theRoom())
    const message = await say(ada, 'by this one')
    await moves()
    expect(before.flushed_seq).toBe((await theRoom().report()).seq)
    expect(await archived(message)).toBe(true)
  })

  it.each([
    [
      'postgres_set_back',
      () => undefined,
      'It lacks messages that it had, as after restoring a backup: run `npm run operator -- rearchive`',
    ],
    [
      'other_room',
      (row: FenceRow) => ({ ...row, epoch: 'another' }),
      'Another room writes to it under the same name: see docs/recovery.md',
    ],
  ])(
    'FENCE-9 `/ready` and the log name a mismatch that does not mend itself, and what mends it: %s',
    async (code, change, detail) => {
      const lines: string[] = []
      vi.spyOn(console, 'error').mockImplementation((line: string) => lines.push(line))
      await setFence(change(before))
      await say(ada, 'not now')
      await fails(code)
      const ready = (await (await call('/ready')).json()) as Readiness
      expect(ready).toMatchObject({
        status: 'degraded',
        room: { state: 'up' },
        postgres: { state: 'down', code, detail: `${detail}.` },
      })
      const logged = lines
        .map((line) => JSON.parse(line))
        .filter(({ event }) => event === 'archive_unavailable')
      expect(logged.at(-1)).toMatchObject({ code, detail: `${detail}.` })
    },
  )

  it('FENCE-12 A room writes the fence of its own name, also when its alarm fires after a move to another name', async () => {
    // The settings name the room `room`, as after a move.
    const moved = objectOf('moved')
    const caller = { member: { id: ada.id, username: ada.username }, sessionId: ada.sessionId }
    expect((await moved.send(caller, 'late', crypto.randomUUID())).ok).toBe(true)
    expect((await moved.flushNow()).ok).toBe(true)
    expect(await fence()).toEqual(before)
    const rows = await sql()`select epoch from room_fences where room = 'moved'`
    expect(rows).toEqual([{ epoch: (await moved.report()).epoch }])
  })

  it('FENCE-13 A flush that is still on its way when the room begins a new epoch does not commit', async () => {
    const { epoch, flushed_seq } = before
    await loseStorage()
    const { epoch: newEpoch } = await theRoom().report()
    expect(newEpoch).not.toBe(epoch)
    expect(await fence()).toEqual({ epoch: newEpoch, flushed_seq: 0 })
    const key = { environment: 'local', room: 'room' }
    const late = { epoch, formerEpochs: [], knownSeq: flushed_seq, maybeWrittenSeq: flushed_seq }
    const check = { ...late, writtenSeq: flushed_seq + 1, hasNoFence: false }
    const written = writeArchive(db, [], { room: key, check }).catch((error: unknown) => error)
    expect(isFenceMismatch(await written)).toBe(true)
    ada = await newPerson()
    const message = await say(ada, 'in the new epoch')
    await moves()
    expect(before.epoch).toBe(newEpoch)
    expect(await archived(message)).toBe(true)
  })

  it('FENCE-11 `/ready` notices a mismatch also while nothing is written', async () => {
    const readiness = async () => (await (await callWith({}, '/ready')).json()) as Readiness
    expect(await readiness()).toMatchObject({ status: 'ready', postgres: { state: 'up' } })
    await setFence({ ...before, flushed_seq: before.flushed_seq - 1 })
    expect(await readiness()).toMatchObject({
      status: 'degraded',
      postgres: { state: 'down', code: 'postgres_set_back' },
    })
  })

  it('FENCE-10 A mismatch makes no dead letters, and batches are as large as before', async () => {
    const sizeOfBatches = await remembered('flush_rows_max')
    await setFence(undefined)
    await say(ada, 'one')
    await fails('postgres_set_back')
    for (let failures = 2; failures < 6; failures++)
      await ringUntil(async () => Number(await remembered('flush_failures')) >= failures)
    expect(await remembered('flush_rows_max')).toBe(sizeOfBatches)
    expect((await theRoom().state()).setAside).toBe(0)
  })
})

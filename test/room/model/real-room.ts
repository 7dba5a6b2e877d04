// The actions of commands on the room from outside: Postgres fails, the alarm runs, the room is
// evicted or ends. Each sequence of commands begins with a new room.

import {
  abortAllDurableObjects,
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { archiveTableNames } from '../../support/archive-tables.ts'
import {
  emptyTables,
  newPerson,
  type Person,
  Socket,
  theRoom,
  trouble,
} from '../../support/chat.ts'
import { runAlarmUntil } from './waiting.ts'

/** The state of Postgres. It is slow so that other things happen while it answers. */
export const postgresModes = ['fine', 'slow', 'refuse', 'lose', 'garbage'] as const
export type PostgresMode = (typeof postgresModes)[number]

const slowMs = 25
const peopleCount = 5

/** The contents of the room's storage. */
export type Storage = { prunedSeq: number; flushedSeq: number; ids: Set<string>; doubles: number }

export class RealRoom {
  readonly people: Person[]

  constructor(people: Person[]) {
    this.people = people
  }

  static async create(): Promise<RealRoom> {
    await trouble({ part: 'postgres' })
    await reset()
    await emptyTables(archiveTableNames)
    // New people have not used any of their limits.
    return new RealRoom(await Promise.all(Array.from({ length: peopleCount }, () => newPerson())))
  }

  setPostgresMode(postgresMode: PostgresMode): Promise<void> {
    if (postgresMode === 'fine') return trouble({ part: 'postgres' })
    if (postgresMode === 'slow') return trouble({ part: 'postgres', delayMs: slowMs })
    return trouble({ part: 'postgres', fault: postgresMode })
  }

  async runAlarm(): Promise<void> {
    await runDurableObjectAlarm(theRoom())
  }

  /** Runs alarms until Postgres has everything, or has failed. */
  async flush(postgresMode: PostgresMode): Promise<void> {
    await runAlarmUntil('a flush', async () => {
      const { dirty, postgresError } = await theRoom().state()
      return (
        dirty === 0 ||
        (postgresMode !== 'slow' && postgresMode !== 'fine' && postgresError !== null)
      )
    })
  }

  /**
   * @param someone a person who is online: a new socket of theirs is welcomed after all broadcasts
   */
  async evict(someone: Person | undefined): Promise<void> {
    // Pending frames would prevent the platform from evicting the room.
    if (someone) await (await Socket.join(someone)).close()
    else await theRoom().state()
    await evictDurableObject(theRoom())
  }

  abort(): Promise<void> {
    return abortAllDurableObjects()
  }

  readStorage(): Promise<Storage> {
    return runInDurableObject(theRoom(), (_, { storage: { sql } }) => {
      const meta = new Map(
        sql
          .exec<{ key: string; value: string | number }>('select key, value from meta')
          .toArray()
          .map(({ key, value }) => [key, Number(value)]),
      )
      const rows = sql.exec<{ id: string }>('select id from messages').toArray()
      const doubled = `select 1 from messages where client_id is not null
        group by user_id, client_id having count(*) > 1`
      return {
        prunedSeq: meta.get('pruned_seq') ?? 0,
        flushedSeq: meta.get('flushed_seq') ?? 0,
        ids: new Set(rows.map(({ id }) => id)),
        doubles: sql.exec(doubled).toArray().length,
      }
    })
  }
}

// Reads and claims the fence of a room, and compares and sets it within the transaction of a flush.

import { and, eq, ne, type SQL, sql } from 'drizzle-orm'
import type { Fence, FenceCheck, RoomKey } from '../domain/fence.ts'
import { constraintOf, type Postgres } from './client.ts'
import { fenceMatches, roomFences } from './tables.ts'

/**
 * Advances the fence if it matches. Otherwise the whole transaction fails, and `isFenceMismatch`
 * recognises its error.
 */
export function advanceFence({ environment, room }: RoomKey, check: FenceCheck): SQL {
  const { epoch, knownSeq, writtenSeq, maybeWrittenSeq, hasNoFence } = check
  const formerEpochs = sql`${JSON.stringify(check.formerEpochs)}::jsonb`
  // A row that does not exist is compared here, and one that does in `do update`, where it is locked.
  return sql`
    insert into room_fences as fence (
      environment, room, epoch, former_epochs, flushed_seq, written_at
    )
    select ${environment}, ${room}, ${epoch}, ${formerEpochs},
      case
        when ${hasNoFence}::boolean or exists (
          select from room_fences where environment = ${environment} and room = ${room}
        ) then ${writtenSeq}::bigint
        else -1
      end,
      now()
    on conflict (environment, room) do update set
      epoch = excluded.epoch,
      former_epochs = excluded.former_epochs,
      flushed_seq = case
        when fence.former_epochs ? excluded.epoch then -1
        when fence.epoch = excluded.epoch and fence.flushed_seq > ${maybeWrittenSeq}::bigint then -1
        when ${hasNoFence}::boolean then excluded.flushed_seq
        when fence.epoch = excluded.epoch and fence.flushed_seq >= ${knownSeq}::bigint
          then greatest(fence.flushed_seq, excluded.flushed_seq)
        else -1
      end,
      written_at = excluded.written_at
  `
}

export function isFenceMismatch(error: unknown): boolean {
  return constraintOf(error) === fenceMatches
}

const isOf = ({ environment, room }: RoomKey) =>
  and(eq(roomFences.environment, environment), eq(roomFences.room, room))

const selectFence = (db: Postgres, key: RoomKey) =>
  db
    .select({
      epoch: roomFences.epoch,
      formerEpochs: roomFences.former_epochs,
      flushedSeq: roomFences.flushed_seq,
    })
    .from(roomFences)
    .where(isOf(key))

export async function readFence(db: Postgres, key: RoomKey): Promise<Fence | undefined> {
  const [fence] = await selectFence(db, key)
  return fence
}

/**
 * Gives the fence to a log that begins, so that no flush of a former epoch commits from now on. Waits
 * for one that is about to. Idempotent.
 * @returns the epochs that had the fence before, oldest first
 */
export async function claimFence(db: Postgres, key: RoomKey, epoch: string): Promise<string[]> {
  const former = sql`(${roomFences.former_epochs} - ${epoch}) || to_jsonb(${roomFences.epoch})`
  const [, [fence]] = await db.batch([
    db
      .update(roomFences)
      .set({ epoch, former_epochs: former, flushed_seq: 0 })
      .where(and(isOf(key), ne(roomFences.epoch, epoch))),
    selectFence(db, key),
  ])
  return fence?.formerEpochs ?? []
}

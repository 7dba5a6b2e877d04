// Reads the fence of a room, and compares and sets it within the transaction of a flush.

import { and, eq, type SQL, sql } from 'drizzle-orm'
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

/** The query of a fence, for a batch. */
export function selectFence(db: Postgres, { environment, room }: RoomKey) {
  return db
    .select({
      epoch: roomFences.epoch,
      formerEpochs: roomFences.former_epochs,
      flushedSeq: roomFences.flushed_seq,
    })
    .from(roomFences)
    .where(and(eq(roomFences.environment, environment), eq(roomFences.room, room)))
}

export async function readFence(db: Postgres, key: RoomKey): Promise<Fence | undefined> {
  const [fence] = await selectFence(db, key)
  return fence
}

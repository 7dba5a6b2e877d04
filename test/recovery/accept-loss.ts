// The room's storage is lost: authors and the checker learn what Postgres has, and everything that it
// lacks is counted. It may be of the last moments only.

import type { Author } from '../faults/author.ts'
import type { ConsistencyChecker } from '../kit/consistency-checker.ts'
import type { ArchiveRow } from '../kit/final-state.ts'

/** docs/recovery.md says: the last second or two. This machine may be slow. */
const lossMaxMs = 5_000

/** Counts of messages. */
export type RoomLoss = {
  lost: number
  /** Whose deletion is lost. */
  resurrected: number
  /** Whose latest edit is lost. */
  reverted: number
  /** The age of the oldest loss, in milliseconds. */
  oldestMs: number
}

/** @param at when the room ended, in milliseconds */
export function acceptLoss(
  { authors, checker }: { authors: readonly Author[]; checker: ConsistencyChecker },
  archive: readonly ArchiveRow[],
  at: number,
): RoomLoss {
  const loss: RoomLoss = { lost: 0, resurrected: 0, reverted: 0, oldestMs: 0 }
  const rows = new Map(archive.map((row) => [row.id, row]))
  checker.beginEpoch(archive)
  for (const { accepted, client } of authors)
    for (const [id, message] of accepted) {
      const row = rows.get(id)
      const kind = lossOf(message, row)
      if (kind !== null) {
        const ageMs = at - message.confirmedAt
        loss[kind]++
        loss.oldestMs = Math.max(loss.oldestMs, ageMs)
        if (ageMs > lossMaxMs) client.report(`${id} is ${kind}, ${ageMs} ms after it was confirmed`)
      }
      if (row) message.revision = row.revision
      if (!row) accepted.delete(id)
      else if (kind === 'resurrected') message.deleted = message.deletionRequested = false
      // Its author still asks for it.
      else if (message.deletionRequested && !message.deleted) checker.allowDeletion(id)
    }
  return loss
}

function lossOf(
  { deleted, revision }: { deleted: boolean; revision: number },
  row: ArchiveRow | undefined,
): 'lost' | 'resurrected' | 'reverted' | null {
  if (!row) return 'lost'
  if (row.is_deleted) return null
  if (deleted) return 'resurrected'
  return revision > row.revision ? 'reverted' : null
}

// Applies to a log what its room read from Postgres. Each function runs in a transaction.

import type { ExcludedAccount } from '../../domain/restored-state.ts'
import type { Revocations } from '../access/revocations.ts'
import type { OpenedLog } from '../log/create-log.ts'
import { formerEpochs, rememberEpoch } from '../log/former-epochs.ts'
import { IdempotencyKeys } from '../log/idempotency-keys.ts'
import { dropKept, keptAuthors } from '../log/messages/kept-messages.ts'
import { restoreModeration } from './restore-moderation.ts'
import type { RestoredRoom } from './restored-state.ts'

const idsOf = (excluded: ExcludedAccount[]) => excluded.map(({ user_id }) => user_id)
const erasedOf = (excluded: ExcludedAccount[]) =>
  excluded.flatMap(({ user_id, erased }) => (erased === null ? [] : { user_id, mode: erased }))

/** For a log of the release before, which goes on: it kept bans and erasures for a while only. */
export function importExclusions(
  { meta, erasures }: Pick<OpenedLog, 'meta' | 'erasures'>,
  revocations: Revocations,
  { excluded, now }: { excluded: ExcludedAccount[]; now: number },
): void {
  revocations.ban(idsOf(excluded))
  erasures.restore(erasedOf(excluded), now)
  meta.set('restored_at', now)
}

/** For a log that is new, or that begins an epoch. The log must be opened anew after it. */
export function applyState(
  { sql, revocations, now }: { sql: SqlStorage; revocations: Revocations; now: number },
  opened: OpenedLog,
  { newestId, epochs, excluded, archived, archivedReactions, moderation }: RestoredRoom,
): void {
  const { meta, log, erasures, reactionTotals } = opened
  meta.set('head_seq', log.position.seq)
  dropKept(sql, archived)
  reactionTotals.dropKept(archivedReactions)
  const erased = erasedOf(excluded)
  const idempotencyKeys = new IdempotencyKeys(sql, meta)
  const people = new Set([...keptAuthors(sql), ...reactionTotals.people()])
  for (const { user_id, mode } of erased) {
    idempotencyKeys.removeUser(user_id)
    if (people.has(user_id)) log.eraseUser(user_id, mode, now)
  }
  erasures.restore(erased, now)
  revocations.clearBans()
  revocations.ban(idsOf(excluded))
  const erasedIds = new Set(erased.map(({ user_id }) => user_id))
  restoreModeration(opened, moderation, erasedIds)

  // Nothing was lost where no room was before, and a token from before the first call stays valid.
  const wasAnyRoom = newestId !== null || epochs.length > 0 || formerEpochs(meta).length > 0
  // Tokens name the second of their issue.
  if (wasAnyRoom) meta.set('tokens_valid_from', now - (now % 1_000))
  for (const epoch of epochs) if (epoch !== log.epoch) rememberEpoch(meta, epoch)
  if (newestId !== null && newestId > (meta.text('last_id') ?? '')) meta.set('last_id', newestId)
  meta.delete('fence_seq')
  meta.delete('restore_due')
  meta.set('restored_at', now)
}

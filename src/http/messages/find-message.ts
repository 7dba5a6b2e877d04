// Finds one message as it is now: in the room's log, or else in the archive.

import type { Message } from '../../contract/entities.ts'
import type { Overlay } from '../../domain/history.ts'
import type { StoredMessage } from '../../domain/message.ts'
import { withReactions } from '../../domain/reactions.ts'
import { findMessage } from '../../postgres/messages.ts'
import { findTotals } from '../../postgres/reactions.ts'
import type { Services } from '../app-env.ts'
import { oldestKeptId } from '../backends/retention.ts'
import { queryPostgres } from '../backends/stores.ts'
import { readOverlay, secondLook, unknownVersion } from './second-look.ts'

/** The log may have an old message without its reactions. Without Postgres it is shown so. */
async function withArchivedReactions(
  { postgres }: Services,
  message: StoredMessage,
  { reactions = [], reactionsFrom = null }: Overlay,
): Promise<StoredMessage> {
  const isInRoom = reactions.length > 0 || (reactionsFrom !== null && message.id >= reactionsFrom)
  if (isInRoom || message.is_deleted) return message
  const [totals] = await queryPostgres(findTotals(postgres, [message.id])).catch(() => [])
  if (!totals) return message
  const { counts, revision } = totals
  return withReactions(message, { counts, revision })
}

/** @returns undefined: there is no such message, or it is deleted */
export async function findNow(services: Services, id: string): Promise<Message | undefined> {
  if (id < (oldestKeptId(services) ?? '')) return undefined
  const overlay = await readOverlay(services, [unknownVersion(id)])
  const [inLog] = overlay.newer
  const found = inLog
    ? await withArchivedReactions(services, inLog, overlay)
    : await queryPostgres(findMessage(services.postgres, id))
  const [message] = await secondLook(services, found && !found.is_deleted ? [found] : [])
  return message
}

// Reads a page of the history: the room's share of it, then the archive's below.

import { expiredBefore } from '../../domain/expiry.ts'
import {
  answeredByRoom,
  archiveShare,
  type HistoryPage,
  mergePage,
  pageOfShare,
  pageWithoutArchive,
  type RoomShare,
} from '../../domain/history.ts'
import type { StoredMessage } from '../../domain/message.ts'
import { readPage } from '../../postgres/messages.ts'
import type { Services } from '../app-env.ts'
import { queryPostgres } from '../backends/stores.ts'

/** The second look must follow. */
export async function pageOfBoth(
  { postgres, config, clock }: Services,
  share: RoomShare,
  limit: number,
): Promise<HistoryPage> {
  if (answeredByRoom(share, limit)) return pageOfShare(share, limit)
  const asked = archiveShare(share, limit)
  let archived: StoredMessage[]
  try {
    const from = expiredBefore(config.RETENTION_DAYS, clock.now())
    archived = await queryPostgres(readPage(postgres, { from, below: share.floor, limit: asked }))
  } catch (postgresError) {
    if (share.rows.length === 0) throw postgresError
    return pageWithoutArchive(share)
  }
  return mergePage(share, archived, { limit, asked })
}

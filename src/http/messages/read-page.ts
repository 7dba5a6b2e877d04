// Reads a page of the history: the room's share of it, then the archive's below.

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
import { oldestKeptId } from '../backends/retention.ts'
import { queryPostgres } from '../backends/stores.ts'

/** The second look must follow. */
export async function pageOfBoth(
  services: Services,
  share: RoomShare,
  limit: number,
): Promise<HistoryPage> {
  if (answeredByRoom(share, limit)) return pageOfShare(share, limit)
  const asked = archiveShare(share, limit)
  let archived: StoredMessage[]
  try {
    const bounds = { from: oldestKeptId(services), below: share.floor, limit: asked }
    archived = await queryPostgres(readPage(services.postgres, bounds))
  } catch (postgresError) {
    if (share.rows.length === 0) throw postgresError
    return pageWithoutArchive(share)
  }
  return mergePage(share, archived, { limit, asked })
}

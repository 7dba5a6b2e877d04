// Reads a page of messages that the archive and the room filter alike: first what the archive lacks, from
// the room; then the archive; then the second look. A state that no longer fits is on no page.

import type { Message } from '../../contract/entities.ts'
import { limits } from '../../contract/values.ts'
import { type IdRange, mergePage, type Unflushed } from '../../domain/history.ts'
import { newerId } from '../../domain/ids.ts'
import type { StoredMessage } from '../../domain/message.ts'
import type { Caller } from '../../domain/session.ts'
import type { PageBounds } from '../../postgres/messages.ts'
import type { UnflushedQuery } from '../../room/rpc.ts'
import type { Services } from '../app-env.ts'
import { oldestKeptId } from '../backends/retention.ts'
import { readRoom } from '../backends/room-client.ts'
import { secondLook } from '../messages/second-look.ts'
import { unwrap } from '../problem-error.ts'

export type PageFilter = {
  kind: UnflushedQuery['kind']
  isWanted: (message: StoredMessage) => boolean
  /** The archive's rows for which `isWanted` holds, newest first. */
  readArchive: (bounds: PageBounds) => Promise<StoredMessage[]>
}

/** How many rows to ask of the archive, so that those that the room has in a newer state leave the page full. */
function archiveShare(
  { rows }: Unflushed,
  isWanted: PageFilter['isWanted'],
  limit: number,
): number {
  const hidden = rows.filter((row) => row.revision > 1 && !isWanted(row)).length
  return limit + 1 + Math.min(hidden, limits.page.max)
}

export async function filteredPage(
  services: Services,
  caller: Caller,
  { kind, isWanted, readArchive }: PageFilter,
  { limit, ...asked }: IdRange & { limit: number },
): Promise<{ messages: Message[]; nextCursor: string | null }> {
  const range = { ...asked, from: newerId(asked.from, oldestKeptId(services)) }
  const unflushed = unwrap(
    await readRoom(services, (room) => room.unflushed(caller, { kind, ...range })),
  )
  const rows = archiveShare(unflushed, isWanted, limit)
  const archived = await readArchive({ ...range, limit: rows })
  const share = { rows: [], strays: unflushed.rows, straysCutAt: unflushed.cutAt }
  const page = mergePage(share, archived, { limit, asked: rows, isWanted })
  const messages = await secondLook(services, page.messages, isWanted)
  return { messages, nextCursor: page.nextCursor }
}

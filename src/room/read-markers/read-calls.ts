// Marks messages as read, for a frame or a call, and counts what is unread. Only the other connections of
// the same person get a frame.

import type { RoomFrame } from '../../contract/frames.ts'
import { newerId } from '../../domain/ids.ts'
import type { RoomMarker } from '../../domain/read-marker.ts'
import type { Caller } from '../../domain/session.ts'
import type { Access } from '../access/access.ts'
import type { Notices } from '../broadcast/notices.ts'
import { writeAttachment } from '../connections/attachment.ts'
import type { Connection } from '../connections/connection.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { MessageIds } from '../log/messages/message-ids.ts'
import type { UnreadCounts } from '../log/messages/unread-counts.ts'
import type { Outcome, RoomReadState } from '../rpc.ts'
import type { ReadMarkers } from './read-markers.ts'

type Uses = {
  access: Pick<Access, 'refusal'>
  connections: Pick<ConnectionRegistry, 'ofUser'>
  notices: Pick<Notices, 'send'>
  messages: { ids: Pick<MessageIds, 'last'>; oldestId: string | null }
  unreadCounts: UnreadCounts
  readMarkers: ReadMarkers
}

export class ReadCalls {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** For a frame, which has no answer. */
  markOn(connection: Connection, messageId: string): void {
    this.#raise(connection.member.id, messageId, connection)
  }

  /** @returns the marker as it is now */
  mark(caller: Caller, messageId: string): Outcome<RoomMarker> {
    const refusal = this.#uses.access.refusal(caller)
    if (refusal) return { ok: false, refusal }
    this.#raise(caller.member.id, messageId, null)
    return { ok: true, value: this.#marker(caller.member.id) }
  }

  /** @param archivedId the marker that the archive has; null: it has none, or was not asked */
  state(caller: Caller, archivedId: string | null): Outcome<RoomReadState> {
    const refusal = this.#uses.access.refusal(caller)
    if (refusal) return { ok: false, refusal }
    const { id } = caller.member
    const { lastReadId, tailFrom } = this.#marker(id)
    const above = newerId(lastReadId, archivedId)
    const counts = this.#uses.unreadCounts.above(id, above)
    return { ok: true, value: { lastReadId: above, tailFrom, ...counts } }
  }

  #marker(userId: string): RoomMarker {
    const { readMarkers, messages } = this.#uses
    return { lastReadId: readMarkers.of(userId), tailFrom: messages.oldestId }
  }

  /** @param from the connection that is not told, because the mark came from it; null: from none */
  #raise(userId: string, messageId: string, from: Connection | null): void {
    const { connections, notices, messages, readMarkers } = this.#uses
    const { last } = messages.ids
    if (last === null) return
    // A marker above the newest message would hide the messages that come next.
    const message_id = messageId < last ? messageId : last
    if (!readMarkers.raise(userId, message_id)) return
    const [keeper = null] = from ? [from] : connections.ofUser(userId)
    if (keeper) {
      keeper.readId = message_id
      writeAttachment(keeper)
    } else readMarkers.writeOf(userId)
    const frame: RoomFrame = { event: 'read_marked', data: { message_id } }
    notices.send({ to: { userId, except: from }, frame })
  }
}

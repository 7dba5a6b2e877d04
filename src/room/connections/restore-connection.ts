// Restores connections from their attachments, at a start of the room.

import { atMostNow } from '../clock/clock.ts'
import { readAttachment, writeAttachment } from './attachment.ts'
import { type Connection, connectionOf } from './connection.ts'

/** @returns null if only another release of the room can read the attachment */
export function restoreConnection(socket: WebSocket, now: number): Connection | null {
  const attachment = readAttachment(socket)
  if (!attachment) return null
  const connection = connectionOf(socket, attachment)
  const { connectedAt, ping } = connection
  connection.connectedAt = atMostNow(connectedAt, now)
  if (ping) connection.ping = { ...ping, at: atMostNow(ping.at, now) }
  // Corrected times are written back, or each start of the room would set them to its own time.
  if (connection.connectedAt < connectedAt || connection.ping?.at !== ping?.at)
    writeAttachment(connection)
  return connection
}

/** @param tags of the socket: the id of its user */
export function unreadableConnection(
  socket: WebSocket,
  [id = '']: string[],
  now: number,
): Connection {
  return connectionOf(socket, {
    v: 2,
    member: { id, username: '' },
    sessionId: null,
    tokenExpiresAt: 0,
    batching: false,
    connectedAt: now,
  })
}

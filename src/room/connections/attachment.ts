// Reads and writes a socket's attachment: the state that survives hibernation and deploys. Rooms of
// two releases run side by side for a while, so a room must read the attachments of the release
// before its own and of the release after it.

import type { Attachment, Connection } from './connection.ts'

type AttachmentV1 = Omit<Attachment, 'v' | 'sessionId'> & { v: 1 }

/** null: another version of the room wrote it, and this version cannot serve it. */
export function readAttachment(socket: WebSocket): Attachment | null {
  const found = socket.deserializeAttachment() as Attachment | AttachmentV1 | null
  if (found?.v === 1) return { ...found, v: 2, sessionId: null }
  return found?.v === 2 ? found : null
}

export function writeAttachment(connection: Connection): void {
  const { socket, member, sessionId, tokenExpiresAt, batching, connectedAt } = connection
  const { address, readId, state, ping } = connection
  socket.serializeAttachment({
    v: 2,
    member,
    sessionId,
    tokenExpiresAt,
    batching,
    connectedAt,
    ...(address !== undefined && { address }),
    ...(readId !== undefined && { readId }),
    ...(state.kind === 'joining' && { waiting: { resume: state.resume } }),
    ...(ping && { ping }),
  } satisfies Attachment)
}

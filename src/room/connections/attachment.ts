// Reads and writes a socket's attachment: the state that survives hibernation and deploys. Rooms of
// two releases run side by side for a while, so a room must read the attachments of the release
// before its own and of the release after it.

import type { Member } from '../../contract/entities.ts'
import type { JoinRequest } from '../rpc.ts'

/** New fields are optional, and rooms ignore unknown ones. Any other change raises `v`. */
export type Attachment = {
  v: 2
  member: Member
  /** null: the token is from a release before sessions had ids. */
  sessionId: string | null
  /** Seconds since the epoch. */
  tokenExpiresAt: number
  batching: boolean
  /** Milliseconds. */
  connectedAt: number
  /** See `JoinRequest`. A room of a release without it ignores it. */
  address?: string
  /** Present until the connection was welcomed. */
  waiting?: { resume: JoinRequest['resume'] }
  /** Present if the stamp of the latest ping is from before the clock was set back. */
  ping?: Ping
}

/** The platform's timestamp of the latest ping, and its time on the room's clock; milliseconds. */
export type Ping = { stamp: number; at: number }

type AttachmentV1 = Omit<Attachment, 'v' | 'sessionId'> & { v: 1 }

/** null: another version of the room wrote it, and this version cannot serve it. */
export function readAttachment(socket: WebSocket): Attachment | null {
  const found = socket.deserializeAttachment() as Attachment | AttachmentV1 | null
  if (found?.v === 1) return { ...found, v: 2, sessionId: null }
  return found?.v === 2 ? found : null
}

/** The part of a connection that the attachment keeps. */
type AttachedConnection = Omit<Attachment, 'v' | 'waiting' | 'ping'> & {
  readonly socket: WebSocket
  ping: Ping | null
  joining: { resume: JoinRequest['resume'] } | null
}

export function writeAttachment(connection: AttachedConnection): void {
  const { socket, member, sessionId, tokenExpiresAt, batching, connectedAt } = connection
  const { address, joining, ping } = connection
  socket.serializeAttachment({
    v: 2,
    member,
    sessionId,
    tokenExpiresAt,
    batching,
    connectedAt,
    ...(address !== undefined && { address }),
    ...(joining && { waiting: joining }),
    ...(ping && { ping }),
  } satisfies Attachment)
}

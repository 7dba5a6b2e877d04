// What a socket carries through hibernation and deploys: its attachment. The rooms of two releases run
// side by side for a while, so a release reads the attachments of the one before and of the next one.

import type { Member } from '../../contract/entities.ts'
import type { JoinRequest } from '../rpc.ts'

/** New fields are optional, and rooms that do not know them pass them over. Else `v` rises. */
export type Attachment = {
  v: 2
  member: Member
  /** null: of a token from before sessions had names. */
  sessionId: string | null
  /** Seconds since the epoch. */
  tokenExpiresAt: number
  batching: boolean
  /** Milliseconds. */
  connectedAt: number
  /** See `Admission`. A room of before there was one passes it over. */
  address?: string
  /** Present until the newcomer was welcomed. */
  waiting?: { resume: JoinRequest['resume'] }
  /** Present where the latest ping has a stamp from before the clock was set back. */
  ping?: Ping
}

/** What the platform stamped the latest ping with, and when it was for the room; milliseconds. */
export type Ping = { stamp: number; at: number }

type AttachmentV1 = Omit<Attachment, 'v' | 'sessionId'> & { v: 1 }

/** null: written by another version of the room, which this one can't serve. */
export function readAttachment(socket: WebSocket): Attachment | null {
  const found = socket.deserializeAttachment() as Attachment | AttachmentV1 | null
  if (found?.v === 1) return { ...found, v: 2, sessionId: null }
  return found?.v === 2 ? found : null
}

/** A connection, of which the attachment keeps what it names itself. */
type AttachedConnection = Omit<Attachment, 'v' | 'waiting' | 'ping'> & {
  readonly socket: WebSocket
  ping: Ping | null
  waiting: { resume: JoinRequest['resume'] } | null
}

export function writeAttachment(connection: AttachedConnection): void {
  const { socket, member, sessionId, tokenExpiresAt, batching, connectedAt } = connection
  const { address, waiting, ping } = connection
  socket.serializeAttachment({
    v: 2,
    member,
    sessionId,
    tokenExpiresAt,
    batching,
    connectedAt,
    ...(address !== undefined && { address }),
    ...(waiting && { waiting }),
    ...(ping && { ping }),
  } satisfies Attachment)
}

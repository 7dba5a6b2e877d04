// Defines a connection: one WebSocket and its state.

import { type CloseCode, closeCodes } from '../../contract/close-codes.ts'
import type { Member } from '../../contract/entities.ts'
import { emptyFrameCounts, type FrameCounts } from '../frames/flood-limits.ts'
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
  /** The newest message that was marked as read on it: src/room/read-markers/read-markers.ts. */
  readId?: string
  /** Present until the connection was welcomed. */
  waiting?: { resume: JoinRequest['resume'] }
  /** Present if the stamp of the latest ping is from before the clock was set back. */
  ping?: Ping
}

/** The platform's timestamp of the latest ping, and its time on the room's clock; milliseconds. */
export type Ping = { stamp: number; at: number }

/** The part of a token that decides how long its connection may live. */
export type TokenClaims = Pick<Attachment, 'sessionId' | 'tokenExpiresAt'>

export type ConnectionState =
  /** It gets no event until it is admitted. */
  | { kind: 'joining'; resume: JoinRequest['resume'] }
  /** It gets all events. `sentTo` is the number of the first broadcast frame that it still lacks. */
  | { kind: 'live'; sentTo: number }
  /** The room has closed it, and its client did not answer yet. */
  | {
      kind: 'closing'
      /** Milliseconds. */
      since: number
      /** Bytes that its client may not have read, and that may still be in memory. */
      unprovenBytes: number
      /** Frames that arrived after the close, and their bytes. */
      frames: number
      frameBytes: number
    }

/** Bytes that this start of the room has sent to a connection. */
export type SentBytes = {
  total: number
  /** The total at the time of the last sweep. */
  atSweep: number
  /** Proven to be read. */
  proven: number
}

/** The state in the attachment, and the state of this start of the room. */
export type Connection = Omit<Attachment, 'v' | 'waiting' | 'ping'> & {
  readonly socket: WebSocket
  state: ConnectionState
  readonly sentBytes: SentBytes
  /** The latest ping that a sweep saw. */
  ping: Ping | null
  /** Milliseconds; 0: this start of the room received no frame from it. */
  lastFrameAt: number
  readonly frameCounts: FrameCounts
  /** The `tokenExpiresAt` that this start of the room has warned of; 0: none. */
  warnedExpiry: number
}

export type LiveConnection = Connection & {
  state: Extract<ConnectionState, { kind: 'live' }>
}

export function connectionOf(
  socket: WebSocket,
  { v, waiting, ping, ...rest }: Attachment,
): Connection {
  return {
    ...rest,
    socket,
    state: waiting ? { kind: 'joining', ...waiting } : { kind: 'live', sentTo: 0 },
    sentBytes: { total: 0, atSweep: 0, proven: 0 },
    ping: ping ?? null,
    lastFrameAt: 0,
    frameCounts: emptyFrameCounts(),
    warnedExpiry: 0,
  }
}

/** When the token of a connection expires, as an ISO time. */
export function tokenEnd({ tokenExpiresAt }: Pick<Connection, 'tokenExpiresAt'>): string {
  return new Date(tokenExpiresAt * 1000).toISOString()
}

/** Bytes that the client may not have read yet. */
export function unprovenBytes({ sentBytes }: Connection): number {
  return sentBytes.total - sentBytes.proven
}

export const isOpen = (socket: WebSocket) => socket.readyState === WebSocket.OPEN

/** Closes a socket from the room's side. */
export function closeSocket(socket: WebSocket, code: CloseCode): void {
  if (isOpen(socket)) socket.close(code, closeCodes[code].reason)
}

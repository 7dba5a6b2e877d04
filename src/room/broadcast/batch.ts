// Encodes frames for one connection: a connection with chat.v1 gets all of them in one WebSocket
// message, a plain one gets each frame in a message of its own.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../../contract/frames.ts'
import { errorFields, logError } from '../../logger.ts'
import type { Connection } from '../connections/connection.ts'

export type Encoded = {
  json: string
  /** The user that the frame is about: the plain connections of that user do not get it. */
  aboutUserId: string | null
}

/** Encoded once for all connections that lack the same frames. */
export type Batch = {
  frames: number
  /** How many WebSocket messages it takes. */
  sends: number
  bytes: number
  sendTo: (connection: Connection) => void
}

/** All frames in one WebSocket message. */
export function batchAsArray(frames: Encoded[]): Batch {
  const text = encodeAsArray(frames.map(({ json }) => json))
  const bytes = Buffer.byteLength(text)
  return {
    frames: frames.length,
    sends: Math.min(1, frames.length),
    bytes,
    sendTo(connection) {
      if (frames.length === 0) return
      connection.sentBytes.total += bytes
      send(connection, text)
    },
  }
}

/** Each frame in a WebSocket message of its own. */
export function batchAsSingles(frames: Encoded[]): Batch {
  const bytes = frames.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0)
  return {
    frames: frames.length,
    sends: frames.length,
    bytes,
    sendTo(connection) {
      connection.sentBytes.total += bytes
      for (const { json, aboutUserId } of frames)
        if (aboutUserId !== connection.member.id) send(connection, json)
    },
  }
}

/** Sends encoded frames to one connection at once, outside of any broadcast. Gives their bytes. */
export function replyEncoded(connection: Connection, frames: string[]): number {
  const encoded = frames.map((json) => ({ json, aboutUserId: null }))
  const batch = connection.batching ? batchAsArray(encoded) : batchAsSingles(encoded)
  batch.sendTo(connection)
  return batch.bytes
}

/** Does the same with one frame. */
export function reply(connection: Connection, frame: RoomFrame): number {
  return replyEncoded(connection, [JSON.stringify(frame)])
}

function encodeAsArray(frames: string[]): string {
  return frames.length === 1 ? frames.join() : `[${frames.join(',')}]`
}

function send({ socket }: Connection, text: string): void {
  try {
    socket.send(text)
  } catch (error) {
    // A failed send must not stop the sends to the other connections. A socket that is closing is
    // still in the registry, and its send throws: that is expected, and not logged. To check each
    // socket before its send would cost a tenth of a send. The minute's check removes such sockets.
    if (socket.readyState === WebSocket.OPEN) logError('send_failed', errorFields(error))
  }
}

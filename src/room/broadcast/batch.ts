// What one connection is sent: with chat.v1 all frames in one send, else each frame by itself.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../../contract/frames.ts'
import { journalFault, traits } from '../../journal.ts'
import type { Connection } from '../connections/registry.ts'

export type Encoded = {
  json: string
  /** The user that the frame is about: their plain connections do not get it. */
  about: string | null
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
export function batchTogether(frames: Encoded[]): Batch {
  const text = encodeTogether(frames.map(({ json }) => json))
  const bytes = Buffer.byteLength(text)
  return {
    frames: frames.length,
    sends: Math.min(1, frames.length),
    bytes,
    sendTo(connection) {
      if (frames.length === 0) return
      connection.sentBytes += bytes
      send(connection, text)
    },
  }
}

/** Each frame in a WebSocket message of its own. */
export function batchOneByOne(frames: Encoded[]): Batch {
  const bytes = frames.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0)
  return {
    frames: frames.length,
    sends: frames.length,
    bytes,
    sendTo(connection) {
      connection.sentBytes += bytes
      for (const { json, about } of frames)
        if (about !== connection.member.id) send(connection, json)
    },
  }
}

/** Sends encoded frames to one connection only, outside of the line. Gives their bytes. */
export function replyEncoded(connection: Connection, frames: string[]): number {
  const encoded = frames.map((json) => ({ json, about: null }))
  const batch = connection.batching ? batchTogether(encoded) : batchOneByOne(encoded)
  batch.sendTo(connection)
  return batch.bytes
}

/** The same of one frame. */
export function reply(connection: Connection, frame: RoomFrame): number {
  return replyEncoded(connection, [JSON.stringify(frame)])
}

function encodeTogether(frames: string[]): string {
  return frames.length === 1 ? frames.join() : `[${frames.join(',')}]`
}

function send({ socket }: Connection, text: string): void {
  try {
    socket.send(text)
  } catch (error) {
    // One connection must not cost the others theirs. A closing one is still listed, and throws;
    // asking each before costs a tenth of a send. Of others the sweep finds it.
    if (socket.readyState === WebSocket.OPEN) journalFault('send_failed', traits(error))
  }
}
